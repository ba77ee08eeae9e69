import { defineConfig } from '@playwright/test';
import { base } from './base.config.ts';

/** Takes the pictures of docs/guide from the running product: npm run screenshots. */
export default defineConfig({ ...base, testMatch: '*.shot.ts' });
