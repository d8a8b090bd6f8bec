/** The answers of the REST API about folders, files and their past; see docs/api. Times are in seconds. */
declare namespace Rest {
  interface Entry {
    /** Equal content has an equal id. */
    id: string;
    type: "file" | "dir";
    name: string;
    mtime: number;
    permission: Permission;
    starred: boolean;
    /** These four: of files only. */
    size?: number;
    modifier?: string;
    is_locked?: boolean;
    lock_owner?: string;
    /** In recursive listings only. */
    parent_dir?: string;
  }

  interface Commit {
    id: string;
    parent_id: string | null;
    creator_name: string;
    ctime: number;
    device_name: string | null;
    kind: Doing;
  }

  /** A commit with the first of what it changed. */
  interface State extends Commit {
    changes: Happening[];
    has_more: boolean;
  }

  interface Version extends Commit {
    rev_file_id: string;
    rev_file_size: number;
    rev_renamed_old_path: string | null;
  }

  interface Change extends Happening {
    size: number;
  }

  interface Trashed {
    path: string;
    commit_id: string;
    type: "file" | "dir";
    id: string;
    size: number;
    deleted_at: number;
    deleted_by: string;
  }
}
