export const REDACTED = '[redacted]';
/** Shorter values would be found in any text. */
const SECRET_LENGTH_MIN = 8;

/** Takes secrets out of text that is kept: of a call's headers and keys, whole, in parts, and as JSON writes them. */
export class SecretFilter {
  readonly #secrets: readonly string[];
  /** A text that is cut has to be read so much further, for a secret that the cut goes through. */
  readonly overlap: number;

  constructor(values: readonly string[]) {
    const forms = new Set<string>();
    for (const value of values)
      for (const part of [value, ...value.split(/[\s;,=]+/), value.replace(/^whsec_/, '')])
        for (const form of [part, jsonForm(part), jsonForm(part).replaceAll('/', '\\/')])
          if (form.length >= SECRET_LENGTH_MIN) forms.add(form);
    // The longest first: a part would leave the rest of the whole standing.
    this.#secrets = [...forms].sort((a, b) => b.length - a.length);
    this.overlap = Math.max(0, (this.#secrets[0]?.length ?? 0) - 1);
  }

  /** Without half characters and U+0000, so that every store takes it. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, REDACTED);
    return clean.toWellFormed().replaceAll('\0', '\ufffd');
  }

  /** Of a text that was cut at its end: without the beginning of a secret there, too. */
  redactCut(text: string): string {
    let end = text.length;
    for (const secret of this.#secrets) {
      const head = secret.slice(0, SECRET_LENGTH_MIN);
      let at = text.indexOf(head, Math.max(0, text.length - secret.length + 1));
      for (; at !== -1 && at < end; at = text.indexOf(head, at + 1))
        if (secret.startsWith(text.slice(at))) end = at;
    }
    return this.redact(text.slice(0, end));
  }

  /** At most the first `lengthMax` characters. `isCut`: the text goes on beyond what is given. */
  beginning(
    text: string,
    lengthMax: number,
    isCut = false,
  ): { readonly text: string; readonly isTruncated: boolean } {
    const isTruncated = isCut || text.length > lengthMax;
    const read = text.slice(0, lengthMax + this.overlap);
    const clean = this.redact(read);
    if (!isTruncated) return { text: clean, isTruncated };
    // Where the reading was cut a secret may have begun: its beginning is left out with the end.
    const wholeUpTo =
      read.length < text.length || isCut ? clean.length - this.overlap : clean.length;
    return {
      text: clean.slice(0, Math.max(0, Math.min(lengthMax, wholeUpTo))).toWellFormed(),
      isTruncated,
    };
  }
}

function jsonForm(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
