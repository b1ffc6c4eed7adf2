import { together } from './together';

together('charts');
