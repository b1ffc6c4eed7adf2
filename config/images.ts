/** Every image of the platform, once. A registry of your own: change it here and nowhere else. */
export const images = {
  zookeeper: 'confluentinc/cp-zookeeper:7.6.0',
  kafka: 'confluentinc/cp-kafka:7.6.0',
  akhq: 'tchiotludo/akhq:0.24.0',
} as const;

export type Images = { readonly [component in keyof typeof images]: string };
