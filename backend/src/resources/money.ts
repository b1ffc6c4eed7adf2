/**
 * How many decimals a currency has that has not two, as ISO 4217 says. Not from `Intl`, which knows what is usual in
 * shops: it has no decimals for HUF, COP and IQD, which have two and three.
 * @see https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html
 */
const DECIMALS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries({
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }).flatMap(([decimals, codes]) => codes.split(' ').map((code) => [code, Number(decimals)])),
);

/** As people write it: 49.90 EUR, 4990 JPY, 4.990 KWD. */
export function money({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  const decimals = DECIMALS[currency] ?? 2;
  return `${(amount / 10 ** decimals).toFixed(decimals)} ${currency}`;
}
