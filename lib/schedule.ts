import { counted } from './counted';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MINUTES = 24 * 60;
/** With three leap years: the 29th of February may be all that is asked for. */
const CALENDAR_DAYS = 9 * 365;

/** What a field may be. */
interface Bounds {
  readonly first: number;
  readonly last: number;
  /** Words for its values from the first on. @default - none */
  readonly words?: readonly string[];
}

const isAny = (field: string) => field === '*' || field === '?';

/** Whether a part between two commas means the value: `5`, `mon-fri`, `*` or `0-30/10`. */
function means(part: string, value: number, { first, last, words = [] }: Bounds): boolean {
  const [range, step] = part.toLowerCase().split('/') as [string, string?];
  const [from, to] = range.split('-') as [string, string?];
  const number = (word: string) => (words.includes(word) ? first + words.indexOf(word) : Number(word));
  const start = isAny(from) ? first : number(from);
  const end = isAny(from) || (step && !to) ? last : number(to ?? from);
  return value >= start && value <= end && (value - start) % Number(step ?? 1) === 0;
}

/** Whether a value is one that the field means; each is looked at once, as years have many days. */
function within(field: string, bounds: Bounds): (value: number) => boolean {
  const meant = counted(bounds.last + 1).map((value) => field.split(',').some((part) => means(part, value, bounds)));
  return (value) => meant[value]!;
}

const longest = (numbers: number[]) => Math.max(...numbers.slice(1).map((each, index) => each - numbers[index]!));

/**
 * Seconds between two runs where they are farthest apart.
 *
 *     longestPause('0 2 * * *'); // 86400
 *
 * @param schedule five cron fields that mean a time that comes
 */
export function longestPause(schedule: string): number {
  const [minute, hour, day, month, weekday] = schedule.trim().split(/ +/) as [string, string, string, string, string];
  const ofHour = counted(60).filter(within(minute, { first: 0, last: 59 }));
  const ofDay = counted(24).filter(within(hour, { first: 0, last: 23 }));
  const times = ofDay.flatMap((each) => ofHour.map((minutes) => each * 60 + minutes));

  const isDay = within(day, { first: 1, last: 31 });
  const isMonth = within(month, { first: 1, last: 12, words: MONTHS });
  const isWeekday = within(weekday, { first: 0, last: 6, words: DAYS });
  const days = counted(CALENDAR_DAYS).filter((each) => {
    const date = new Date(Date.UTC(2024, 0, 1 + each));
    const [fits, alsoFits] = [isDay(date.getUTCDate()), isWeekday(date.getUTCDay())];
    // Of two that are said, either is enough.
    const either = isAny(day) || isAny(weekday) ? fits && alsoFits : fits || alsoFits;
    return either && isMonth(date.getUTCMonth() + 1);
  });
  const betweenDays = longest(days) * DAY_MINUTES - (times.at(-1)! - times[0]!);
  return 60 * Math.max(betweenDays, ...(times.length > 1 ? [longest(times)] : []));
}
