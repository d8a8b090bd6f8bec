/** The answers of the REST API about sharing, searching and administration; see docs/api. Times are in seconds. */
declare namespace Rest {
  /** What the account shares, with one account or group. */
  interface Share {
    repo_id: string;
    repo_name: string;
    share_type: "personal" | "group";
    permission: Permission;
    encrypted: boolean;
    /** Who has it; of a group the account itself. */
    user: string;
    /** 0 for none. */
    group_id: number;
    group_name: string;
    last_modified: number;
    is_virtual: boolean;
    /** Of a folder: the library that it is in, and where. */
    origin_repo_id: string | null;
    origin_path: string | null;
  }

  interface Link {
    token: string;
    url: string;
    /** To a file, to a folder, to upload into a folder. */
    kind: "f" | "d" | "u";
    /** Empty if the account has no access any more. */
    repo_id: string;
    path: string;
    has_password: boolean;
    created_at: number;
    expires_at: number | null;
    is_expired: boolean;
    views: number;
    downloads: number;
  }

  interface Notification {
    id: number;
    msg_type:
      | "repo_share"
      | "dir_share"
      | "group_join"
      | "group_remove"
      | "group_transfer"
      | "sign_in_new"
      | "disk_low"
      | "scrub_found"
      | "certificate_expiry"
      | "job_failed";
    msg_from: string;
    /** A sentence in English. */
    content: string;
    /** ISO 8601. */
    timestamp: string;
    is_read: boolean;
    facts: { repo_id?: string; group_id?: number; name?: string; path?: string; free?: number; total?: number; days?: number; address?: string; client?: string };
  }

  interface Found {
    repo_id: string;
    repo_name: string;
    name: string;
    last_modified: number;
    fullpath: string;
    size: number;
    is_dir: boolean;
  }

  interface SearchResults {
    has_more: boolean;
    total: number;
    results: Found[];
  }

  interface Setting {
    name: string;
    value: string;
    /** What it is without the change. */
    default: string;
    unit: string;
    help: string;
    is_changed: boolean;
  }

  interface AuditEvent {
    id: number;
    time: number;
    /** Empty for nobody known, and with an empty address for the command line. */
    account: string;
    address: string;
    action: string;
    target: string;
    facts: Record<string, unknown>;
  }

  interface Status {
    version: string;
    uptime: number;
    /** Bytes, as are all sizes. */
    memory: number;
    disk: { total: number; free: number; database: number };
    accounts: number;
    repos: number;
    files: number;
    file_bytes: number;
    uploads: number;
    jobs: { name: string; ended_at: number; swept: number; error: string; failures: number }[];
    /** Kinds of notifications. */
    problems: string[];
    collected_at: number;
    scrub: {
      running: boolean;
      began_at: number;
      finished_at: number;
      blocks: number;
      bytes: number;
      found: { repo_id: string; repo_name: string; path: string; block_id: string; found_at: number }[];
    };
    certificate_expires_at: number | null;
    /** Megabytes. */
    profile: number;
  }
}
