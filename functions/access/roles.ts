/** What a token must carry for a route, `<resource server>/read` or `/write`: `arr/read`. */
export type Scope = `${string}/${'read' | 'write'}`;

/** What somebody does here, and what that takes. */
export interface Role {
  /** People get roles by groups of the user pool, programs by the client whose credentials they have. */
  readonly holder: 'person' | 'program';
  /** What the role is for, as an administrator reads it who gives it to somebody. */
  readonly purpose: string;
  /** Whether a holder may change anything. A role that may not has no scope that writes. */
  readonly mayChange: boolean;
  readonly scopes: readonly Scope[];
}

/**
 * Who may do what. Groups and clients of the user pool, the scopes of every token, the table in `docs/security.md` and the tests of all routes
 * are made of this list or held against it. A holder of several roles may do what each of them may.
 *
 * Scopes say what, not whose: whoever may read ARR may read all of it. So a rep, who sees own deals only, has none as long as every route tells
 * of the whole company.
 */
export const ROLES = {
  executive: {
    holder: 'person',
    purpose: 'Sees where the company stands: the dashboard, ARR and the plan',
    mayChange: false,
    scopes: ['arr/read', 'company/read', 'dashboard/read'],
  },
  finance: {
    holder: 'person',
    purpose:
      'Answers for the figures: sets the plan, loads exchange rates and costs, posts to the books and closes them, links by hand what belongs together',
    mayChange: true,
    scopes: [
      'arr/read',
      'arr/write',
      'close/write',
      'company/read',
      'company/write',
      'dashboard/read',
      'integrations/read',
      'ledger/read',
      'ledger/write',
      'revops/read',
    ],
  },
  'sales-manager': {
    holder: 'person',
    purpose: 'Leads sellers: sees ARR, its movements and the plan',
    mayChange: false,
    scopes: ['arr/read', 'company/read', 'dashboard/read'],
  },
  rep: {
    holder: 'person',
    purpose: 'Sells: sees own deals, of which no route tells yet',
    mayChange: false,
    scopes: [],
  },
  revops: {
    holder: 'person',
    purpose: 'Runs the sources: replays what was parked, links by hand what belongs together; sets neither plan, rates nor costs',
    mayChange: true,
    scopes: [
      'arr/read',
      'arr/write',
      'company/read',
      'dashboard/read',
      'integrations/read',
      'integrations/write',
      'ledger/read',
      'revops/read',
    ],
  },
  auditor: {
    holder: 'person',
    purpose: 'Reads everything and changes nothing',
    mayChange: false,
    scopes: ['arr/read', 'company/read', 'dashboard/read', 'integrations/read', 'ledger/read', 'revops/read'],
  },
  service: {
    holder: 'program',
    purpose: 'A program of the company: takes figures to other systems, loads exchange rates and costs, posts to the books',
    mayChange: true,
    scopes: [
      'arr/read',
      'company/read',
      'company/write',
      'dashboard/read',
      'integrations/read',
      'ledger/read',
      'ledger/write',
      'revops/read',
    ],
  },
} as const satisfies Readonly<Record<string, Role>>;

/** Scopes by group; a map, because the names of groups come from outside. */
const byGroup: ReadonlyMap<string, readonly Scope[]> = new Map(
  Object.entries<Role>(ROLES)
    .filter(([, { holder }]) => holder === 'person')
    .map(([name, { scopes }]) => [name, scopes]),
);

/**
 * Scopes of a person in these groups, sorted, each once: those of every group together. A group that is no role of people, by its exact name,
 * adds nothing.
 */
export const scopesOfGroups = (groups: readonly string[]): readonly Scope[] =>
  [...new Set(groups.flatMap((group) => byGroup.get(group) ?? []))].sort();
