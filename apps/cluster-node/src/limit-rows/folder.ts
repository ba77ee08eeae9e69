/** Where the files are that rows name without a folder. */
export const FOLDER = 'apps/cluster-node/src/';
