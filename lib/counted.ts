/** The numbers from 0 on, so many of them. */
export const counted = (length: number): number[] => Array.from({ length }, (_, index) => index);
