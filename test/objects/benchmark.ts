import { kafkaSides } from '../../bench/kafka/sides';

it('What the Kafka benchmark compares ours with has the images and topics that ours has', () => {
  expect(kafkaSides().map(({ name }) => name)).toEqual(['ours', 'stock']);
});
