import { type Random, seeded } from '../random.ts';
import type { Tier } from '../targets.ts';
import { type Fields, idsFromOne, type OrgRecord, type Version } from './records.ts';
import type { DealKind } from './targets.ts';

/** The people who sell: a chief revenue officer, areas, teams, and who owns a deal. */
export interface People {
  readonly records: readonly OrgRecord[];
  /**
   * Who of the team that sells to such customers closes a deal. Better sellers win more of what they have: they own more of the won deals and
   * fewer of the lost ones.
   */
  readonly ownerOf: (deal: { readonly region: string; readonly tier: Tier; readonly kind: DealKind; readonly isWon: boolean }) => string;
  /** Who stands in for an owner that has left by then; the owner, where it has not. */
  readonly standingIn: (ownerId: string, at: number) => string;
  readonly leftAt: (ownerId: string) => number | undefined;
}

type Segment = 'Commercial' | 'Corporate' | 'Enterprise' | 'Customers';

interface Rep {
  readonly id: string;
  readonly team: string;
  /** Per mille of a middling seller's winning. */
  readonly skill: number;
  readonly leftAt: number | undefined;
}

const AREAS: readonly (readonly [area: string, regions: readonly string[], size: Readonly<Record<Segment, number>>])[] = [
  ['Americas', ['North America', 'LATAM'], { Commercial: 18, Corporate: 12, Enterprise: 9, Customers: 16 }],
  ['EMEA', ['EMEA'], { Commercial: 8, Corporate: 6, Enterprise: 4, Customers: 8 }],
  ['APAC', ['APAC'], { Commercial: 4, Corporate: 3, Enterprise: 2, Customers: 4 }],
];
const SEGMENTS: readonly Segment[] = ['Commercial', 'Corporate', 'Enterprise', 'Customers'];
const TITLES: Readonly<Record<Segment, string>> = {
  Commercial: 'Account Executive, Commercial',
  Corporate: 'Account Executive, Corporate',
  Enterprise: 'Strategic Account Executive',
  Customers: 'Account Manager',
};
const SEGMENT_OF: Readonly<Record<Tier, Segment>> = {
  Starter: 'Commercial',
  Professional: 'Corporate',
  Enterprise: 'Enterprise',
  Strategic: 'Enterprise',
};

const HIRED_AT = Date.UTC(2021, 0, 4, 9) / 1000;
const DAY = 86_400;
/** One seller in eleven leaves in the course of the story. */
const LEAVES_EVERY = 11;
const LEAVING_FROM = Date.UTC(2025, 2, 3, 17) / 1000;
const LEAVING_DAYS = 560;

export const peopleOf = (seed: number): People => {
  const random = seeded(seed ^ 0x9e09);
  const ids = idsFromOne();
  const records: OrgRecord[] = [];
  const reps: Rep[] = [];
  const teams = new Map<string, Rep[]>();

  const hire = (title: string, roleId: string, managerId: string | null, leftAt?: number): string => {
    const id = ids('User');
    const n = records.length + 1;
    const fields: Fields = {
      Username: `user${n}@acme.example`,
      Email: `user${n}@acme.example`,
      FirstName: 'User',
      LastName: String(n),
      UserType: 'Standard',
      IsActive: true,
      Title: title,
      ManagerId: managerId,
      UserRoleId: roleId,
    };
    const versions: Version[] = [{ at: HIRED_AT + n * 3 * DAY, fields }];
    if (leftAt !== undefined) versions.push({ at: leftAt, fields: { IsActive: false } });
    records.push({ object: 'User', id, versions });
    return id;
  };

  const chief = hire('Chief Revenue Officer', ids('UserRole'), null);
  hire('Chief Financial Officer', ids('UserRole'), null);
  const operations = ids('UserRole');
  for (const title of ['Director, Revenue Operations', 'Revenue Operations Analyst', 'Revenue Operations Analyst', 'Controller'])
    hire(title, operations, chief);
  for (const [area, regions, sizes] of AREAS) {
    const vice = hire(`Vice President, ${area}`, ids('UserRole'), chief);
    for (const segment of SEGMENTS) {
      const role = ids('UserRole');
      const manager = hire(`Sales Manager, ${segment}, ${area}`, role, vice);
      const team: Rep[] = [];
      for (let n = 0; n < sizes[segment]; n += 1) {
        const leaves = reps.length % LEAVES_EVERY === LEAVES_EVERY - 1;
        const leftAt = leaves ? LEAVING_FROM + random.below(LEAVING_DAYS) * DAY : undefined;
        const rep = {
          id: hire(TITLES[segment], role, manager, leftAt),
          team: `${segment} ${area}`,
          skill: 600 + random.below(801),
          leftAt,
        };
        team.push(rep);
        reps.push(rep);
      }
      for (const region of regions) teams.set(`${segment} ${region}`, team);
    }
  }
  const byId = new Map(reps.map((rep) => [rep.id, rep]));
  const teamOf = (region: string, segment: Segment): readonly Rep[] => {
    const team = teams.get(`${segment} ${region}`);
    if (team === undefined) throw new RangeError(`Nobody sells to ${segment} in ${region}.`);
    return team;
  };

  return {
    records,
    ownerOf: ({ region, tier, kind, isWon }) => {
      const team = teamOf(region, kind === 'new' ? SEGMENT_OF[tier] : 'Customers');
      return weighted(
        random,
        team,
        team.map(({ skill }) => (isWon ? skill : Math.floor(1_000_000 / skill))),
      ).id;
    },
    standingIn: (ownerId, at) => {
      const rep = byId.get(ownerId);
      if (rep?.leftAt === undefined || at < rep.leftAt) return ownerId;
      return reps.find(({ team, leftAt }) => team === rep.team && leftAt === undefined)?.id ?? ownerId;
    },
    leftAt: (ownerId) => byId.get(ownerId)?.leftAt,
  };
};

const weighted = <T>(random: Random, list: readonly T[], weights: readonly number[]): T => {
  let left = random.below(weights.reduce((sum, weight) => sum + weight, 0));
  for (const [i, one] of list.entries()) {
    left -= weights[i] ?? 0;
    if (left < 0) return one;
  }
  return random.pick(list);
};
