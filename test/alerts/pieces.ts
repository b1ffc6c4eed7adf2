import {
  mean,
  orZero,
  perSecond,
  quantile,
  share,
  total,
  within,
} from '../../charts/observability/grafana/boards/promql';

const requests = (service: string, code: number, values: string) => ({
  series: `requests_total{service="${service}",code="${code}"}`,
  values,
});
const seconds = (bound: string, values: string) => ({ series: `seconds_bucket{le="${bound}"}`, values });

const ALL = perSecond('requests_total', 'service');
const FAILED = perSecond('requests_total{code="500"}', 'service');

/** What boards ask, and what they get: labels and values of what is there after ten minutes. */
const questions: [question: string, answer: Record<string, number>][] = [
  [ALL, { '{service="busy"}': 4, '{service="broken"}': 4, '{service="idle"}': 0 }],
  // A service whose requests never failed has no series for it, and is shown all the same.
  [orZero(FAILED, ALL), { '{service="busy"}': 0, '{service="broken"}': 1, '{service="idle"}': 0 }],
  // And never NaN, where nothing was asked.
  [share(FAILED, ALL), { '{service="busy"}': 0, '{service="broken"}': 0.25, '{service="idle"}': 0 }],
  [total(perSecond('requests_total{code="429"}')), { '{}': 0 }],
  [total(perSecond('requests_total')), { '{}': 8 }],
  [within('5m', 'requests_total', 'code'), { '{code="200"}': 2100, '{code="500"}': 300 }],
  [quantile(50, 'seconds'), { '{}': 1 }],
  [quantile(75, 'seconds'), { '{}': 1.5 }],
  [mean('seconds'), { '{}': 1.5 }],
];

/** As `promtool test rules` reads it. */
export const pieces = {
  evaluation_interval: '15s',
  tests: [
    {
      name: 'pieces of what boards ask',
      interval: '15s',
      input_series: [
        requests('busy', 200, '0+60x60'),
        requests('broken', 200, '0+45x60'),
        requests('broken', 500, '0+15x60'),
        requests('idle', 200, '7+0x60'),
        ...[seconds('1', '0+15x60'), seconds('2', '0+30x60'), seconds('+Inf', '0+30x60')],
        { series: 'seconds_sum', values: '0+45x60' },
        { series: 'seconds_count', values: '0+30x60' },
      ],
      promql_expr_test: questions.map(([question, answer]) => ({
        // Where Grafana puts a time.
        expr: question.replaceAll('$__rate_interval', '1m'),
        eval_time: '10m',
        exp_samples: Object.entries(answer).map(([labels, value]) => ({ labels, value })),
      })),
    },
  ],
};
