-- jsonb rewrites what it is given: 1e308 becomes 309 digits, keys change their order, and U+0000 is refused. json keeps the text.
ALTER TABLE "messages" ALTER COLUMN "content" TYPE JSON USING "content"::json;
ALTER TABLE "messages" ALTER COLUMN "metadata" DROP DEFAULT,
                       ALTER COLUMN "metadata" TYPE JSON USING "metadata"::json,
                       ALTER COLUMN "metadata" SET DEFAULT '{}';
ALTER TABLE "sessions" ALTER COLUMN "metadata" DROP DEFAULT,
                       ALTER COLUMN "metadata" TYPE JSON USING "metadata"::json,
                       ALTER COLUMN "metadata" SET DEFAULT '{}';

-- AlterTable
ALTER TABLE "messages" ADD COLUMN "payload_bytes" INTEGER, ADD COLUMN "search_text" TEXT;
ALTER TABLE "sessions" ADD COLUMN "title" TEXT;

-- What earlier versions archived came through jsonb, so neither reading it as jsonb nor its text can fail.
UPDATE "messages" SET "search_text" = left(concat_ws(' ', "content"->>'text', (
  SELECT string_agg(p->>'text', ' ')
  FROM json_array_elements(CASE json_typeof("content"->'parts') WHEN 'array' THEN "content"->'parts' ELSE '[]' END) p
  WHERE json_typeof(p) = 'object' AND p->>'type' = 'text'
)), 32768);
UPDATE "sessions" SET "title" = CASE json_typeof("metadata"->'title') WHEN 'string' THEN "metadata"->>'title' END;

-- Search works without the index, only slower: a server without pg_trgm, or a role that may not create it, must not stop the archive.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "messages_search_text_idx" ON "messages" USING GIN ("search_text" gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE NOTICE 'search stays unindexed: %', SQLERRM;
END
$$;
