/** `{ key: value }`, or nothing where the source says nothing: an absent field is absent, never null or undefined. */
export const present = <K extends string, V>(key: K, value: V | null | undefined): { readonly [P in K]?: V } =>
  value === null || value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
