/** The answers of the REST API that the page uses; see docs/api. Times are in seconds unless told otherwise. */
declare namespace Rest {
  type Permission = "r" | "rw";

  interface Account {
    id: number;
    username: string;
    email: string;
    is_active: boolean;
    is_staff: boolean;
    /** Whether signing in takes a code after the password. */
    two_step: boolean;
    /** Bytes. */
    usage: number;
    /** Bytes; 0 is no limit. */
    total: number;
    /** Microseconds. */
    ctime: number;
  }

  interface TwoStep {
    enabled: boolean;
    recovery_codes_left: number;
  }

  /** What an authenticator app needs: a secret in base32, and the same for a QR code. */
  interface Enrolment {
    secret: string;
    uri: string;
  }

  interface AppPassword {
    id: string;
    name: string;
    created_at: number;
    /** Of whatever signed in with it; before that as `created_at`. */
    last_seen_at: number;
    address: string;
  }

  interface NewAppPassword {
    id: string;
    name: string;
    password: string;
  }

  interface SignIn {
    time: number;
    address: string;
    /** In its own words. */
    client: string;
    success: boolean;
  }

  interface Session {
    name: string;
    version: string;
    registration: "open" | "lan" | "closed";
    may_register: boolean;
    account: Account | null;
  }

  interface Repo {
    id: string;
    name: string;
    desc: string;
    permission: Permission;
    encrypted: boolean;
    /** Whether the caller may read its files now. */
    unlocked: boolean;
    mtime: number;
    owner: string;
    size: number;
    file_count: number;
    is_virtual: boolean;
    public: "" | Permission;
    /** Days; -1 is for ever, 0 not at all. */
    history_days: number;
  }

  interface ReceivedRepo {
    user: string;
    repo_id: string;
    repo_name: string;
    repo_desc: string;
    share_type: "personal" | "group";
    permission: Permission;
    encrypted: boolean;
    last_modified: number;
    is_virtual: boolean;
    /** 0 for none. */
    group_id: number;
    group_name: string;
  }

  interface Group {
    id: number;
    name: string;
    owner: string;
    create_at: number;
    admins: string[];
  }

  interface SharedRepo {
    repo_id: string;
    repo_name: string;
    repo_desc: string;
    share_type: "personal" | "group";
    permission: Permission;
    encrypted: boolean;
    user: string;
    /** 0 for none. */
    group_id: number;
    group_name: string;
    last_modified: number;
    is_virtual: boolean;
    origin_repo_id: string | null;
    origin_path: string | null;
  }

  interface Member {
    id: number;
    group_id: number;
    username: string;
    is_staff: 0 | 1;
  }

  interface Star {
    repo_id: string;
    repo_name: string;
    /** "/" is the library itself. */
    path: string;
    type: "file" | "dir";
    mtime: number;
    size: number;
    starred_at: number;
  }

  /** What sort of thing a commit did; "edit" is all that is nothing else. */
  type Doing = "create" | "describe" | "password" | "revert" | "restore" | "merge" | "edit";

  interface Happening {
    kind: "add" | "modify" | "rename" | "delete";
    type: "file" | "dir";
    path: string;
    old_path: string | null;
  }

  interface Event {
    repo_id: string;
    repo_name: string;
    commit_id: string;
    user: string;
    time: number;
    kind: Doing;
    changes: Happening[];
    has_more: boolean;
  }

  interface Activities {
    events: Event[];
    has_more: boolean;
  }

  interface Device {
    id: string;
    kind: "login" | "session" | "legacy" | "sync" | "app";
    device_id: string;
    device_name: string;
    platform: string;
    client_version: string;
    address: string;
    repo_id: string | null;
    issued_at: number;
    expires_at: number | null;
    last_seen_at: number;
    is_current: boolean;
  }
}
