/**
 * What the same statement may survive later: connection failures, shutdowns, serialization failures, exhausted resources,
 * and tables or rights that the migrations have not brought yet.
 */
export function isTransient(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return /^(08|40|53|55P03|57|58|42P01|42703|42501)/.test(code);
  return /^E[A-Z]+$/.test(code ?? '') || /timeout|terminated|Connection/i.test(message);
}
