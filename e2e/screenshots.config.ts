import { defineConfig } from '@playwright/test';
import story from './playwright.config.ts';

/** Takes the pictures of docs/guide from the running product: npm run screenshots. */
export default defineConfig({ ...story, testMatch: '*.shot.ts' });
