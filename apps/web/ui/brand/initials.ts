/** Of a name, in user-perceived characters: the first of the first two words. */
export function initialsOf(name: string): string {
  const words = name.split(/\s/u).filter((word) => word !== '');
  const letters = words.slice(0, 2).map((word) => firstCharacter(word).toLocaleUpperCase());
  return letters.join('');
}

/** How many hues avatars have: as many as the series of a chart. */
export const AVATAR_HUES = 5;

/** The hue of an id, from 1: the same on every device and after a change of name. */
export function hueOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return (sum % AVATAR_HUES) + 1;
}

function firstCharacter(word: string): string {
  const first = new Intl.Segmenter().segment(word)[Symbol.iterator]().next();
  return first.done === true ? '' : first.value.segment;
}
