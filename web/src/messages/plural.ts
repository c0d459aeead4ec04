const plurals = new Intl.PluralRules('en');

/** "1 person", "1,000 people". */
export function count(number: number, one: string, other: string): string {
  return `${number.toLocaleString('en')} ${plurals.select(number) === 'one' ? one : other}`;
}
