import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { catalogue } from '../src/events/catalogue.ts';
import { deliver, runChain } from './chain.ts';
import { type Service, startService } from './service.ts';

describe('figures of the business', () => {
  let service: Service & { end(): Promise<void> };
  before(async () => {
    service = await startService('business-metrics');
  });
  after(() => service.end());

  const figure = async (series: string) => {
    const text = await service.metrics.registry.metrics();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length),
    );
  };
  const happened = (type: string) => figure(`bss_events_total{type="${type}"}`);

  test('are 0 before anything has happened, so that the first of a kind is seen as one more', async () => {
    for (const type of Object.keys(catalogue)) assert.equal(await happened(type), 0, type);
    assert.equal(await figure('bss_order_completion_seconds_count'), 0);
  });

  test('count every type of event, by requests and by consumers alike', async () => {
    await runChain(service);
    await deliver(service);
    for (const type of Object.keys(catalogue)) {
      assert.equal(await happened(type), service.events.filter((event) => event.type === type).length, type);
      assert.ok((await happened(type)) > 0, type);
    }
  });

  test('have the time from an order to its completion, of those that are completed', async () => {
    assert.equal(await figure('bss_order_completion_seconds_count'), 1);
    const sum = await figure('bss_order_completion_seconds_sum');
    assert.ok(sum > 0 && sum < 60, `${sum}`);
  });

  test('do not count what was rolled back', async () => {
    const customers = await happened('com.droid.bss.customer.created');
    await assert.rejects(
      service.database.change('test', async ({ announce }) => {
        announce('com.droid.bss.customer.created', 'x', 1, {} as never);
        throw new Error('a change of mind');
      }),
      /a change of mind/,
    );
    assert.equal(await happened('com.droid.bss.customer.created'), customers);
  });

  test('have a 0 for what consumers do with events, the dead letters above all', async () => {
    for (const consumer of ['notification', 'billing', 'provisioning', 'analytics', 'audit']) {
      assert.equal(await figure(`bss_kafka_consumed_total{consumer="${consumer}",outcome="dead"}`), 0, consumer);
      assert.equal(await figure(`bss_consumer_retries_total{consumer="${consumer}"}`), 0, consumer);
    }
  });
});
