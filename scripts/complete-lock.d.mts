/** Lock entries, by path, of optional dependencies that no entry answers. */
export const missingEntries: (
  packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly version?: string }>>,
) => Readonly<Record<string, { readonly version: string }>>;
