/** What has one restart as its cause, and is over by itself. */
const ALERTS = [
  ...['PrometheusCannotTell', 'AlertmanagerCannotTell', 'KafkaWritesFail'],
  ...['ApiAvailabilityBudgetBurnsSlowly', 'ApiLatencyBudgetBurnsSlowly', 'EventEffectBudgetBurnsSlowly'],
];

/** Five minutes of nothing, three failures within a minute, and nothing again. */
const FAILURES = '0x20 1 1 2 2 3x80';
const requests = (code: number, values: string) => ({
  series: `kong_http_requests_total{job="kong",service="api",code="${code}"}`,
  values,
});

/** As `promtool test rules` reads it: a platform that was installed just now and is restarted fires none of them. */
export const restarts = {
  rule_files: ALERTS.map((alert) => `${alert}.yml`),
  evaluation_interval: '15s',
  tests: [
    {
      name: 'restarts',
      interval: '15s',
      input_series: [
        { series: 'prometheus_notifications_errors_total{job="prometheus",pod="prometheus-0"}', values: FAILURES },
        {
          series: 'alertmanager_notifications_failed_total{job="alertmanager",integration="webhook"}',
          values: FAILURES,
        },
        {
          series: 'kafka_server_brokertopicmetrics_failedproducerequests_total{job="kafka",topic="bss.events"}',
          values: FAILURES,
        },
        // A minute of failures, of twenty.
        ...[requests(200, '0+150x100'), requests(503, '0x20 150 300 450 600x80')],
        { series: 'bss_event_delay_seconds_count{consumer="billing"}', values: '0+15x100' },
        { series: 'bss_event_delay_seconds_bucket{consumer="billing",le="5"}', values: '0+15x20 300x8 435+15x72' },
      ],
      alert_rule_test: Array.from({ length: 24 }, (_, minutes) =>
        ALERTS.map((alertname) => ({ alertname, eval_time: `${minutes}m`, exp_alerts: [] })),
      ).flat(),
    },
  ],
};
