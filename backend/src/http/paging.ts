import { type TSchema, Type } from 'typebox';
import type { Range, Rows } from '../resources/resource.ts';

const LARGEST = 100;
/** Rows that are skipped are read: a page far behind costs what all before it cost. */
const DEEPEST = 100_000;

/** As Spring Data pages: `page` counts from 0. */
export const PageQuery = {
  page: Type.Integer({ minimum: 0, maximum: DEEPEST, default: 0, description: 'Counts from 0' }),
  size: Type.Integer({ minimum: 1, maximum: LARGEST, default: 20, description: 'Of a page' }),
};

/** As TM Forum pages. */
export const OffsetQuery = {
  offset: Type.Integer({ minimum: 0, maximum: DEEPEST * LARGEST, default: 0, description: 'How many to skip' }),
  limit: Type.Integer({ minimum: 1, maximum: LARGEST, default: 20, description: 'How many to show' }),
};

export const Page = (content: TSchema) =>
  Type.Object({
    content: Type.Array(content),
    number: Type.Integer({ description: 'Of this page, from 0' }),
    size: Type.Integer({ description: 'Of a page' }),
    totalElements: Type.Integer(),
    totalPages: Type.Integer(),
    first: Type.Boolean(),
    last: Type.Boolean(),
    empty: Type.Boolean(),
  });

export const rangeOf = ({ page, size }: { page: number; size: number }): Range => ({
  offset: page * size,
  limit: size,
});

export function pageOf<T>({ rows, total }: Rows<T>, { page, size }: { page: number; size: number }) {
  const totalPages = Math.ceil(total / size);
  return {
    content: rows,
    ...{ number: page, size, totalElements: total, totalPages },
    ...{ first: page === 0, last: page >= totalPages - 1, empty: rows.length === 0 },
  };
}
