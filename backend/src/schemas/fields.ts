import { Type } from 'typebox';

/** One line of text: PostgreSQL refuses NUL, and nobody's name needs a line break. */
export const line = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', description });

export const id = (description: string) => Type.String({ format: 'uuid', description });
export const amount = Type.Integer({
  minimum: 0,
  maximum: 1_000_000_000,
  description: "In the currency's smallest unit, as ISO 4217 has it: 4990 is 49.90 EUR, 4990 JPY, 4.990 KWD",
});
export const currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });
export const period = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$', description: 'Year and month' });

/** What every resource has. */
export const bookkeeping = {
  version: Type.Integer({ description: 'Counts the changes, from 1' }),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
};
