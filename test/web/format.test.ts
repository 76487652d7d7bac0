import { describe, expect, it } from 'vitest';
import { addDays, addMonths, dayText, durationText, endOfMonth, monthText } from '../../web/format/days.ts';
import { count, digitsOf, height, minorOf, money, percent, points, share, sharePoints, signed } from '../../web/format/money.ts';

const US = { locale: 'en-US' };
const DE = { locale: 'de-DE' };

describe('money', () => {
  it('is shown to the last minor unit, whatever its size', () => {
    expect(money('94360012345', 'USD', US)).toBe('$943,600,123.45');
    // 2^53 is 9,007,199,254,740,992: a float would end in other digits.
    expect(money('900719925474099301', 'USD', US)).toBe('$9,007,199,254,740,993.01');
    expect(money('-5', 'USD', US)).toBe('-$0.05');
  });

  it('has the places of its currency by ISO 4217', () => {
    expect(money('500', 'JPY', US)).toBe('¥500');
    expect(money('1234567', 'KWD', US)).toBe('KWD 1,234.567'.replace(' ', '\u00a0'));
    // CLDR shows forint without fillér; its minor unit is a hundredth all the same.
    expect(money('12345', 'HUF', US)).toBe('HUF 123.45'.replace(' ', '\u00a0'));
  });

  it('is written as the reader’s language does', () => {
    expect(money('94360012345', 'EUR', DE)).toBe('943.600.123,45\u00a0€');
    expect(dayText('2026-11-05', 'de-DE')).toBe('05.11.2026');
  });

  it('is short where space is, and says its sign where it is a change', () => {
    expect(money('94360000000', 'USD', { ...US, isShort: true })).toBe('$943.6M');
    expect(money('100000000000', 'USD', { ...US, isShort: true })).toBe('$1B');
    expect(money('1450000000', 'USD', { ...US, isShort: true, isChange: true })).toBe('+$14.5M');
    expect(money('-8000000', 'USD', { ...US, isShort: true, isChange: true })).toBe('-$80K');
    expect(money('0', 'USD', { ...US, isChange: true })).toBe('$0.00');
  });

  it('refuses a currency that is none', () => {
    expect(() => money('1', 'ZZZ', US)).toThrow('not an ISO 4217 currency code');
  });

  it('is read as it is written, exactly, and refused where its currency has no such places', () => {
    expect(minorOf('1200.5', 'USD')).toBe('120050');
    expect(minorOf(' −0.05 ', 'usd')).toBe('-5');
    expect(minorOf('+90071992547409.93', 'EUR')).toBe('9007199254740993');
    expect(minorOf('12', 'JPY')).toBe('12');
    expect(minorOf('1.234', 'KWD')).toBe('1234');
    for (const [written, currency] of [
      ['1.234', 'USD'],
      ['1.0', 'JPY'],
      ['1,000', 'USD'],
      ['', 'USD'],
      ['12', 'ZZZ'],
    ] as const)
      expect(minorOf(written, currency), written).toBeUndefined();
  });

  it('becomes a number for the height of a bar alone', () => {
    expect(height('-8000050', 'USD')).toBe(-80000.5);
    expect(digitsOf('7', 2)).toBe('0.07');
    expect(digitsOf('700', 0)).toBe('700');
  });
});

describe('shares and counts', () => {
  it('are percentages with one place, and differences points', () => {
    expect(percent(9436, US)).toBe('94.4%');
    expect(percent(-39390, US)).toBe('-393.9%');
    expect(percent(159, { ...US, isChange: true })).toBe('+1.6%');
    expect(points(-60, US)).toBe('-0.6 pts');
    expect(count(20833, 'en-US')).toBe('20,833');
    expect(share('1.156824', US)).toBe('115.7%');
    // What rounds to nothing is no loss.
    expect(share('-0.000190', US)).toBe('0.0%');
    expect(share('-0.051000', US)).toBe('-5.1%');
    expect(signed('0.5', 'en-US')).toBe('+0.5');
    expect(signed('-12', 'en-US')).toBe('-12');
    expect(share('1.156824', { ...DE, places: 2 })).toBe('115,68\u00a0%');
    expect(sharePoints('-0.001040', US)).toBe('-0.10 pts');
    expect(sharePoints('0.030500', US)).toBe('+3.05 pts');
  });
});

describe('days', () => {
  it('are added by the calendar', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
    expect(addMonths('2028-02-29', -12)).toBe('2027-02-28');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(endOfMonth('2028-02-01')).toBe('2028-02-29');
  });

  it('and spans are told in words', () => {
    expect(dayText('2026-11-05', 'en-US')).toBe('Nov 5, 2026');
    expect(monthText('2026-11-05', 'en-US')).toBe('Nov 2026');
    expect(durationText(90_000, 'en-US')).toBe('1 day');
    expect(durationText(1_140, 'en-US')).toBe('19 minutes');
    expect(durationText(3, 'en-US')).toBe('3 seconds');
  });
});
