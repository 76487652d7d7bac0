import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { enterprise, PRESETS, profileInForce, profileNamed } from '../../../functions/arr/profiles/presets.ts';
import { nameWithVersion, versionOf } from '../../../functions/arr/profiles/profile.ts';
import { type CompanyConfigInput, defineCompany } from '../../../functions/platform/config.ts';
import { choicesOf, PRESET_NAMES, SWITCH_NAMES, UNDECIDABLE } from '../../../functions/platform/config-profiles.ts';

type OwnProfiles = NonNullable<CompanyConfigInput['profiles']>;

const defined = (profiles: unknown, profileInForce = 'enterprise') =>
  defineCompany({ ...company, profiles: profiles as OwnProfiles, profileInForce });

describe('presets', () => {
  it('are eight, each under its own name, with a choice for every switch', () => {
    expect(Object.keys(PRESETS)).toEqual([...PRESET_NAMES]);
    expect(PRESET_NAMES).toHaveLength(8);
    for (const [name, profile] of Object.entries(PRESETS)) {
      expect(profile.name).toBe(name);
      expect(Object.keys(profile).sort()).toEqual(['name', ...SWITCH_NAMES].sort());
    }
  });

  it('choose what may be chosen', () => {
    for (const preset of PRESET_NAMES) {
      const { name: _, ...switches } = PRESETS[preset];
      expect(defined([{ name: 'copy', preset, switches }]).profiles).toHaveLength(1);
    }
  });

  it('are told apart by what they choose, not by their names', () => {
    expect(new Set(PRESET_NAMES.map((name) => versionOf(PRESETS[name]))).size).toBe(8);
    expect(versionOf({ ...enterprise, name: 'renamed' })).toBe(versionOf(enterprise));
    expect(versionOf({ ...enterprise, renewalGraceDays: 31 })).not.toBe(versionOf(enterprise));
  });

  it('keep their version whatever order their switches are written in', () => {
    const reversed = Object.fromEntries(Object.entries(enterprise).reverse()) as unknown as typeof enterprise;
    expect(nameWithVersion(reversed)).toBe(nameWithVersion(enterprise));
    expect(nameWithVersion(enterprise)).toMatch(/^enterprise@[A-Za-z0-9_-]{12}$/);
  });
});

describe('the company’s own profile', () => {
  const own = { name: 'board', preset: 'maxio', switches: { reactivationDays: 30, discounts: 'gross' } };

  it('is a preset with some switches otherwise', () => {
    const config = defined([own], 'board');
    const profile = profileInForce(config);
    expect(profile).toEqual({ ...PRESETS.maxio, name: 'board', reactivationDays: 30, discounts: 'gross' });
    expect(profileNamed('board', config.profiles)).toEqual(profile);
    expect(profileNamed('boards', config.profiles)).toBeUndefined();
  });

  it('is none unless the company says so', () => {
    expect(profileInForce(company)).toBe(enterprise);
  });

  it('refuses a choice that there is none of, and names those that there are', () => {
    const switches = { churnDate: 'never', reactivationDays: 90.5, renewalGraceDays: 'any', trial: 'excluded' };
    expect(() => defined([{ ...own, switches }])).toThrow(
      [
        'ascent.config.ts is not valid:',
        'profiles.0.switches.churnDate: "never" is no choice; choices are access-end, request, period-end;',
        'profiles.0.switches.reactivationDays: 90.5 is no choice; choices are any, or a whole number from 0 to 3660;',
        'profiles.0.switches.renewalGraceDays: "any" is no choice; choices are a whole number from 0 to 365',
      ].join(' '),
    );
  });

  it('refuses a choice whose facts no source tells, and says why', () => {
    for (const [name, reason] of Object.entries(UNDECIDABLE))
      expect(() => defined([{ ...own, switches: { [name]: 'net' } }])).toThrow(`profiles.0.switches.${name}: cannot be decided: ${reason}`);
  });

  it('refuses what is no switch, no preset, or no list of switches', () => {
    expect(() => defined([{ ...own, switches: { weeks: '52' } }])).toThrow('profiles.0.switches.weeks: is no switch; switches are basis, ');
    expect(() => defined([{ ...own, preset: 'baremetrics' }])).toThrow('profiles.0.preset: ');
    expect(() => defined([{ ...own, switches: ['net'] }])).toThrow('profiles.0.switches: switches by their names');
  });

  it('refuses a name that another profile has, and a profile in force that is none', () => {
    expect(() => defined([own, own])).toThrow('profiles: own profiles have different names');
    expect(() => defined([{ ...own, name: 'stripe' }])).toThrow('profiles: own profiles have different names');
    expect(() => defined([own], 'boards')).toThrow('profileInForce: names a built-in profile or one of profiles');
  });
});

describe('choicesOf', () => {
  it('says the choices of a switch', () => {
    expect(choicesOf('metered')).toBe('excluded, included, separate');
    expect(choicesOf('renewalTermMonthsMin')).toBe('a whole number from 1 to 120');
  });
});

describe('docs/profiles.md', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'profiles.md'), 'utf8');
  const tableOf = (heading: string): string[][] =>
    (text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
      .split('\n\n')
      .filter((block) => block.trimStart().startsWith('|'))[0]
      ?.trim()
      .split('\n')
      .filter((_, i) => i !== 1)
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim().replaceAll('`', '').replaceAll('\\*', '*')),
      ) ?? [];

  it('has a row for every switch, with its choices, in the order in which they are compared', () => {
    const rows = tableOf('Switches').slice(1);
    expect(rows.map(([name, choices]) => [name, choices])).toEqual(SWITCH_NAMES.map((name) => [name, choicesOf(name)]));
  });

  it('tells what each preset chooses', () => {
    const [head = [], ...rows] = tableOf('Presets');
    expect(head).toEqual(['switch', ...PRESET_NAMES]);
    expect(rows).toEqual(SWITCH_NAMES.map((name) => [name, ...PRESET_NAMES.map((preset) => String(PRESETS[preset][name]))]));
  });

  it('says why a choice cannot be made', () => {
    expect(tableOf('What cannot be chosen').slice(1)).toEqual(
      Object.entries(UNDECIDABLE).map(([name, reason]) => [name, reason.replaceAll('`', '')]),
    );
  });
});
