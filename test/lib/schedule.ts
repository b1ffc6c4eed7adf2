import { longestPause } from '../../lib/schedule';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

it.each([
  ['* * * * *', MINUTE],
  ['*/10 * * * *', 10 * MINUTE],
  ['5/15 * * * *', 15 * MINUTE],
  ['0,10 * * * *', 50 * MINUTE],
  ['0 2 * * *', DAY],
  ['30 1,13 * * ?', 12 * HOUR],
  ['*/10 8-17 * * 1-5', 3 * DAY - 9 * HOUR - 50 * MINUTE],
  ['0 3 * * sun', 7 * DAY],
  ['0 3 * * MON-FRI', 3 * DAY],
  ['0 3 1 * *', 31 * DAY],
  ['0 3 1,15 * mon', 7 * DAY],
  ['0 3 */2 * *', 2 * DAY],
  ['0 0 1 jan *', 366 * DAY],
  ['0 0 29 2 *', (4 * 365 + 1) * DAY],
])('Two runs of %j are at most %i seconds apart', (schedule, seconds) => {
  expect(longestPause(schedule)).toBe(seconds);
});
