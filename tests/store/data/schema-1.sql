-- The schema of version 1, as it was: never edit it, write a migration.
CREATE TABLE "account" ("id" INTEGER NOT NULL PRIMARY KEY, "username" TEXT NOT NULL, "username_key" TEXT NOT NULL, "email" TEXT NOT NULL, "email_key" TEXT NOT NULL, "password" TEXT NOT NULL, "is_active" INTEGER NOT NULL, "is_staff" INTEGER NOT NULL, "total" INTEGER NOT NULL, "ctime_us" INTEGER NOT NULL, "default_repo_id" VARCHAR(36));
CREATE UNIQUE INDEX "account_username_key" ON "account" ("username_key");
CREATE UNIQUE INDEX "account_email_key" ON "account" ("email_key");
CREATE TABLE "token" ("token_hash" VARCHAR(64) NOT NULL PRIMARY KEY, "kind" VARCHAR(16) NOT NULL, "account_id" INTEGER NOT NULL, "parent_hash" VARCHAR(64), "repo_id" VARCHAR(36), "path" TEXT, "operation" VARCHAR(16) NOT NULL, "issued_at" INTEGER NOT NULL, "expires_at" INTEGER, "last_seen_at" INTEGER NOT NULL, "address" TEXT NOT NULL, "device_id" TEXT NOT NULL, "device_name" TEXT NOT NULL, "platform" TEXT NOT NULL, "client_version" TEXT NOT NULL);
CREATE INDEX "token_account_id" ON "token" ("account_id");
CREATE INDEX "token_parent_hash" ON "token" ("parent_hash");
CREATE TABLE "repo" ("id" VARCHAR(36) NOT NULL PRIMARY KEY, "owner_id" INTEGER NOT NULL, "name" TEXT NOT NULL, "desc" TEXT NOT NULL, "head_id" VARCHAR(40) NOT NULL, "created_at" INTEGER NOT NULL, "mtime" INTEGER NOT NULL, "size" INTEGER NOT NULL, "file_count" INTEGER NOT NULL, "enc_version" INTEGER NOT NULL, "magic" TEXT NOT NULL, "random_key" TEXT NOT NULL, "salt" TEXT NOT NULL, "public" VARCHAR(2) NOT NULL, "history_days" INTEGER NOT NULL, "history_since" INTEGER NOT NULL, "origin_id" VARCHAR(36), "origin_path" TEXT, "deleted_at" INTEGER);
CREATE INDEX "repo_owner_id" ON "repo" ("owner_id");
CREATE INDEX "repo_origin_id" ON "repo" ("origin_id");
CREATE TABLE "commits" ("repo_id" VARCHAR(36) NOT NULL, "id" VARCHAR(40) NOT NULL, "root_id" VARCHAR(40) NOT NULL, "parent_id" VARCHAR(40), "second_parent_id" VARCHAR(40), "ctime" INTEGER NOT NULL, "body" TEXT NOT NULL, PRIMARY KEY ("repo_id", "id"));
CREATE TABLE "fs_object" ("repo_id" VARCHAR(36) NOT NULL, "id" VARCHAR(40) NOT NULL, "kind" VARCHAR(1) NOT NULL, "body" BLOB NOT NULL, PRIMARY KEY ("repo_id", "id"));
CREATE TABLE "small_block" ("repo_id" VARCHAR(36) NOT NULL, "id" VARCHAR(40) NOT NULL, "body" BLOB NOT NULL, "touched_at" INTEGER NOT NULL, PRIMARY KEY ("repo_id", "id"));
CREATE TABLE "entry" ("id" INTEGER NOT NULL PRIMARY KEY, "repo_id" VARCHAR(36) NOT NULL, "parent_id" INTEGER NOT NULL, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL, "is_dir" INTEGER NOT NULL, "object_id" VARCHAR(40) NOT NULL, "size" INTEGER NOT NULL, "mtime" INTEGER NOT NULL);
CREATE UNIQUE INDEX "entry_repo_id_parent_id_name" ON "entry" ("repo_id", "parent_id", "name");
CREATE TABLE "change" ("id" INTEGER NOT NULL PRIMARY KEY, "repo_id" VARCHAR(36) NOT NULL, "commit_id" VARCHAR(40) NOT NULL, "path" TEXT NOT NULL, "kind" VARCHAR(8) NOT NULL, "old_path" TEXT, "is_dir" INTEGER NOT NULL, "object_id" VARCHAR(40) NOT NULL, "size" INTEGER NOT NULL, "ctime" INTEGER NOT NULL, "account" TEXT NOT NULL);
CREATE INDEX "change_repo_id_path_id" ON "change" ("repo_id", "path", "id");
CREATE INDEX "change_repo_id_commit_id" ON "change" ("repo_id", "commit_id");
PRAGMA user_version = 1
