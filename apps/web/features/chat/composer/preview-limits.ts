/** A small picture as a data URL: eight of them fit a message beside its words. */
export const THUMBNAIL_LENGTH_MAX = 12 * 1024;
