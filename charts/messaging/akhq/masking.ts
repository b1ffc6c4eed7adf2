import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of `akhq.security.data-masking.filters`: what Java's `text.replaceAll` is told, for keys and values alike. */
export interface Filter {
  readonly description: string;
  readonly 'search-regex': string;
  readonly replacement: string;
}

const EVENTS = join(__dirname, '../../../backend/events');
const PERSONAL = 'personal data';

/** Names that the events of our own services do not have: of networks, and of TM Forum's contacts. */
const ELSEWHERE = [
  ...['msisdn', 'imsi', 'iccid', 'emailAddress', 'phoneNumber', 'faxNumber', 'socialNetworkId', 'birthDate'],
  ...['street1', 'street2', 'postCode'],
];

/** Names of the properties that the schemas of events mark as personal, at any depth. */
export function personalNames(): string[] {
  const names = new Set<string>();
  const collect = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword === 'properties') {
        for (const [name, property] of Object.entries(value as object))
          if (property.$comment === PERSONAL) names.add(name);
      }
      collect(value);
    }
  };
  const files = readdirSync(EVENTS).filter((name) => name.endsWith('.json'));
  for (const name of files) collect(JSON.parse(readFileSync(join(EVENTS, name), 'utf8')));
  if (names.size === 0) {
    throw new Error(
      `none of the ${files.length} schemas in backend/events marks a property with $comment "${PERSONAL}": AKHQ would show all personal data. Run npm run generate in backend.`,
    );
  }
  return [...names].sort();
}

/**
 * Hides personal data as well as regular expressions can, that know no JSON. Where a form is not understood the rest of
 * the text is hidden. Each looks at a character a bounded number of times: every value passes through all of them, as
 * long as a message may be. What repeats is possessive (`*+`), as otherwise Java needs its stack for each repetition.
 */
export function maskingFilters(names: readonly string[] = [...personalNames(), ...ELSEWHERE]): Filter[] {
  const name = nameOf(names);
  // Only what needs no escape can be one of ours.
  const escaped = String.raw`("[^"\\]{0,64}+(?:\\[^u][^"\\]{0,64}+){0,8}\\u00[3-7](?:[^"\\]|\\[\s\S]){0,256}+)`;
  const inJson = [
    String.raw`(")\s*+:${VALUE}`,
    String.raw`\\(?:\\\\)*+"${TO_QUOTE}`,
    String.raw`'\s*+:[\s\S]*+`,
    String.raw`\s*+[:=>](?:\s*+"[\s\S]*+|${TO_QUOTE})`,
  ];
  const number = String.raw`(?<![0-9a-fA-F])(?<!\d[ ().\/])(?<![0-9a-fA-F]{4}-)(?:[ ().\/]?\d){9,40}+(?![0-9a-fA-F])`;
  return [
    filter('property of text that is no JSON', String.raw`^(?!\s*+[{\["])([\s\S]*?${name})\s*+[:=>][\s\S]*+`, '$1:***'),
    filter('property, also of JSON in a text, or without quotes', `${name}(?:${inJson.join('|')})`, '$1$2:$2***$2'),
    filter('property whose name is written with escapes', String.raw`${escaped}"\s*+:${VALUE}`, '$1":"***"'),
    filter('address of e-mail', String.raw`(?<!${LOCAL})${LOCAL}++(?:@|%40|\\u0040)${HOST}*+`, '***'),
    filter('international number', String.raw`(?=[+%\\])(?:\+|%2[bB]|\\u002[bB])(?:[ ().\/-]{0,2}\d){7,22}+`, '***'),
    filter('number as key', String.raw`(?=[ ().\/]?\d)${number}${IN_KEY}`, '***'),
    filter('number as whole key', String.raw`^"?[ ().\/\d-]{9,30}+"?$`, '***'),
  ];
}

const filter = (description: string, search: string, replacement: string): Filter => ({
  description,
  'search-regex': search,
  replacement,
});

/** The rest of a text of JSON, up to its closing quote, or of everything. */
const TO_QUOTE = String.raw`(?:[^"\\]++|\\[\s\S])*+`;
const TEXT = `"${TO_QUOTE}"`;
/** What may follow a value that is whole. */
const END = String.raw`(?=\s*+(?:[,}\]]|$))`;
const DEPTH = 8;

/** Null can be seen: it says of nobody who they are. */
const VALUE = String.raw`(?!\s*+null${END})\s*+(?:${TEXT}${END}|(?:-?\d[\d.eE+-]*+|true|false)${END}|[{\[]${content(DEPTH)}[}\]]${END}|[\s\S]*+)`;

function content(depth: number): string {
  const deeper = depth > 0 ? String.raw`|[{\[]${content(depth - 1)}[}\]]` : '';
  return String.raw`(?:[^"{}\[\]]++|${TEXT}${deeper})*+`;
}

const LOCAL = String.raw`[^\s"@%<>()\[\]{},;:=&\\]`;
const HOST = String.raw`[^\s"'@%<>()\[\]{},;:=&\\/?]`;
/** Behind it nothing but what is no JSON: a number in JSON may be an amount. */
const IN_KEY = String.raw`(?<=^[^{\[]{0,200})`;

/** One of the names, where a word begins: `Number` is one of `phoneNumber`. What cannot begin one is passed by at once. */
function nameOf(names: readonly string[]): string {
  const letters = [...new Set(names.map((each) => letterOf(each[0]!).replaceAll(/[[\]]/g, '')))].sort().join('');
  const word = `(?=[${letters}])(?:(?<![A-Za-z0-9])|(?<![A-Z])(?=[A-Z]))`;
  return `${word}((?:${[...new Set(names)].map(anyStyle).join('|')})s?\\d{0,2})`;
}

const letterOf = (character: string) =>
  /[a-z]/i.test(character) ? `[${character.toLowerCase()}${character.toUpperCase()}]` : character;

/** `phoneNumber` also as PhoneNumber, PHONE_NUMBER and phone-number. */
const anyStyle = (name: string) =>
  [...name].map((each) => (/[A-Z]/.test(each) ? `[_-]?${letterOf(each)}` : letterOf(each))).join('');
