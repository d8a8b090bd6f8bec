/* Stands between a process and the kernel (LD_PRELOAD): writes down what is done to the files below one folder, and
 * lets calls fail when it is told to. Linux with 64-bit file offsets only; everything goes on by plain system calls.
 *
 * SPY_ROOT  the folder, as realpath(3) tells it
 * SPY_LOG   where records are appended; none are if it is not set
 * SPY_FAULTS a file of `struct faults`, shared with whoever orders them; none are if it is not set
 *
 * One lock is held over each call and its record, so the order of the records is the order of the calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum op { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_FAILED, RENAME, UNLINK, LINK, MKDIR, RMDIR, SYNC_ALL };
enum kind { ON_READ, ON_WRITE, ON_SYNC, ON_NAMES, ON_LOOK, KINDS };

struct record {
    uint32_t size; /* of all of it, with this field */
    uint16_t op, path, second; /* lengths of what follows; data is the rest */
    uint16_t unused[3];
    uint64_t inode, offset;
};

struct faults {
    int32_t error[KINDS]; /* errno, 0 for none */
    int32_t after[KINDS]; /* so many calls succeed first */
    int32_t times[KINDS]; /* then so many fail, with a negative number all */
    int32_t hits[KINDS];  /* how many have failed */
    char part[64];        /* only of files whose path has this in it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;
static struct faults *faults;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("SPY_ROOT"), *log = getenv("SPY_LOG"), *orders = getenv("SPY_FAULTS");
    if (!folder)
        return;
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    if (log) {
        int fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 500);
        close(fd);
    }
    if (orders) {
        int fd = syscall(SYS_openat, AT_FDCWD, orders, O_RDWR | O_CLOEXEC);
        void *shared = mmap(0, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        faults = shared == MAP_FAILED ? 0 : shared;
        close(fd);
    }
}

static int below_root(const char *path) {
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* The path of a descriptor; it may end in " (deleted)". */
static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static int is_ours(int fd) {
    char path[PATH_MAX];
    return root_length && path_of(fd, path) && below_root(path);
}

static int absolute(int folder, const char *given, char *path) {
    char start[PATH_MAX] = "";
    if (given[0] != '/') {
        if (folder == AT_FDCWD)
            syscall(SYS_getcwd, start, sizeof start);
        else if (!path_of(folder, start))
            return 0;
    }
    snprintf(path, PATH_MAX, "%.2000s%s%.2000s", start, start[0] ? "/" : "", given);
    return below_root(path);
}

static void note(enum op op, const char *path, const char *second, uint64_t inode, uint64_t offset, const void *data,
                 size_t length) {
    if (log_fd < 0)
        return;
    int kept = errno;
    struct record head = {.op = op, .path = strlen(path), .second = strlen(second), .inode = inode, .offset = offset};
    head.size = sizeof head + head.path + head.second + length;
    struct iovec parts[] = {
        {&head, sizeof head}, {(void *)path, head.path}, {(void *)second, head.second}, {(void *)data, length}};
    if (syscall(SYS_writev, log_fd, parts, 4) != (ssize_t)head.size)
        abort(); /* a recording with a gap is worse than none */
    errno = kept;
}

static void note_fd(enum op op, int fd, uint64_t offset, const void *data, size_t length) {
    int kept = errno;
    struct stat found;
    if (!fstat(fd, &found))
        note(op, "", "", found.st_ino, offset, data, length);
    errno = kept;
}

/* Whether this call has to fail; errno is set then. */
static int fails(enum kind kind, const char *path) {
    if (!faults || !faults->error[kind] || !below_root(path) || !strstr(path, faults->part) || !faults->times[kind])
        return 0;
    if (faults->after[kind] > 0) {
        faults->after[kind]--;
        return 0;
    }
    if (faults->times[kind] > 0)
        faults->times[kind]--;
    faults->hits[kind]++;
    errno = faults->error[kind];
    return 1;
}

static int fails_fd(enum kind kind, int fd) {
    char path[PATH_MAX];
    return faults && faults->error[kind] && path_of(fd, path) && fails(kind, path);
}

#define HOLDING_LOCK(type, ...)                                                                                        \
    {                                                                                                                  \
        pthread_mutex_lock(&lock);                                                                                     \
        type result = -1;                                                                                              \
        __VA_ARGS__;                                                                                                   \
        pthread_mutex_unlock(&lock);                                                                                   \
        return result;                                                                                                 \
    }

/* Names */

static int opened(int folder, const char *given, int flags, mode_t mode) {
    char path[PATH_MAX];
    if (!absolute(folder, given, path))
        return syscall(SYS_openat, folder, given, flags, mode);
    HOLDING_LOCK(int, {
        struct stat found;
        int is_new = syscall(SYS_newfstatat, AT_FDCWD, path, &found, 0) != 0;
        if (!fails(is_new && flags & O_CREAT ? ON_NAMES : ON_LOOK, path))
            result = syscall(SYS_openat, folder, given, flags, mode);
        if (result >= 0 && is_new && !fstat(result, &found))
            note(CREATE, path, "", found.st_ino, 0, "", 0);
        else if (result >= 0 && flags & O_TRUNC)
            note_fd(TRUNCATE, result, 0, "", 0);
    })
}

#define MODE(last)                                                                                                     \
    va_list more;                                                                                                      \
    va_start(more, last);                                                                                              \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                                            \
    va_end(more)

int open(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags); return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags); return opened(folder, path, flags, mode); }

/* One name: made or removed. */
static int named(enum op op, int folder, const char *given, int flags, mode_t mode) {
    char path[PATH_MAX];
    int ours = absolute(folder, given, path);
    HOLDING_LOCK(int, {
        struct stat found = {0};
        if (ours && fails(ON_NAMES, path))
            ;
        else if (op == MKDIR)
            result = syscall(SYS_mkdirat, folder, given, mode);
        else
            result = syscall(SYS_unlinkat, folder, given, flags);
        if (!result && ours) {
            if (op == MKDIR)
                syscall(SYS_newfstatat, AT_FDCWD, path, &found, 0);
            note(op, path, "", found.st_ino, 0, "", 0);
        }
    })
}

int mkdir(const char *path, mode_t mode) { return named(MKDIR, AT_FDCWD, path, 0, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return named(MKDIR, folder, path, 0, mode); }
int unlink(const char *path) { return named(UNLINK, AT_FDCWD, path, 0, 0); }
int rmdir(const char *path) { return named(RMDIR, AT_FDCWD, path, AT_REMOVEDIR, 0); }
int unlinkat(int folder, const char *path, int flags) {
    return named(flags & AT_REMOVEDIR ? RMDIR : UNLINK, folder, path, flags, 0);
}

/* Two names: moved or linked. */
static int moved(enum op op, int from, const char *old, int to, const char *new, int flags) {
    char first[PATH_MAX], second[PATH_MAX];
    int ours = absolute(from, old, first), into = absolute(to, new, second);
    HOLDING_LOCK(int, {
        struct stat found = {0};
        if (into && fails(ON_NAMES, second))
            ;
        else if (op == LINK)
            result = syscall(SYS_linkat, from, old, to, new, flags);
        else
            result = syscall(SYS_renameat2, from, old, to, new, flags);
        if (!result && (ours || into)) {
            syscall(SYS_newfstatat, AT_FDCWD, second, &found, 0);
            note(op, first, second, found.st_ino, 0, "", 0);
        }
    })
}

int rename(const char *old, const char *new) { return moved(RENAME, AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return moved(RENAME, from, old, to, new, 0); }
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return moved(RENAME, from, old, to, new, flags);
}
int link(const char *old, const char *new) { return moved(LINK, AT_FDCWD, old, AT_FDCWD, new, 0); }
int linkat(int from, const char *old, int to, const char *new, int flags) { return moved(LINK, from, old, to, new, flags); }

static int looked(int folder, const char *given, struct stat *found, int flags) {
    char path[PATH_MAX];
    if (absolute(folder, given, path) && fails(ON_LOOK, path))
        return -1;
    return syscall(SYS_newfstatat, folder, given, found, flags);
}

int stat(const char *path, struct stat *found) { return looked(AT_FDCWD, path, found, 0); }
int stat64(const char *path, struct stat64 *found) { return looked(AT_FDCWD, path, (struct stat *)found, 0); }

/* Bytes */

static ssize_t written(int fd, const void *data, size_t length, off_t offset, int at_offset) {
    if (!is_ours(fd))
        return at_offset ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
    HOLDING_LOCK(ssize_t, {
        struct stat found;
        if (!at_offset)
            offset = fcntl(fd, F_GETFL) & O_APPEND && !fstat(fd, &found) ? found.st_size : lseek(fd, 0, SEEK_CUR);
        if (!fails_fd(ON_WRITE, fd)) {
            result = at_offset ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
        } else if (errno == ENOSPC && length > 1024) { /* a disk that fills up takes what it has room for */
            syscall(SYS_pwrite64, fd, data, length / 2, offset);
            note_fd(WRITE, fd, offset, data, length / 2);
            errno = ENOSPC;
        }
        if (result > 0)
            note_fd(WRITE, fd, offset, data, result);
    })
}

ssize_t write(int fd, const void *data, size_t length) { return written(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return written(fd, data, length, offset, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return written(fd, data, length, offset, 1); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t total = 0;
    if (!is_ours(fd))
        return syscall(SYS_writev, fd, parts, count);
    for (int each = 0; each < count; each++) {
        ssize_t done = write(fd, parts[each].iov_base, parts[each].iov_len);
        if (done < 0)
            return total ? total : -1;
        total += done;
    }
    return total;
}

/* Bytes that go from file to file in the kernel are read once more for the record. */
static void note_copied(int out, off_t to, int in, off_t from, ssize_t length) {
    char *data = length > 0 ? malloc(length) : 0;
    if (data && syscall(SYS_pread64, in, data, length, from) == length)
        note_fd(WRITE, out, to, data, length);
    free(data);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t length) {
    if (!is_ours(out) && !is_ours(in))
        return syscall(SYS_sendfile, out, in, offset, length);
    HOLDING_LOCK(ssize_t, {
        off_t to = lseek(out, 0, SEEK_CUR), from = offset ? *offset : lseek(in, 0, SEEK_CUR);
        if (!fails_fd(ON_READ, in) && !fails_fd(ON_WRITE, out))
            result = syscall(SYS_sendfile, out, in, offset, length);
        if (result > 0 && is_ours(out))
            note_copied(out, to, in, from, result);
    })
}

ssize_t sendfile(int out, int in, off_t *offset, size_t length) { return sendfile64(out, in, offset, length); }

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    if (!is_ours(out))
        return syscall(SYS_copy_file_range, in, from, out, to, length, flags);
    HOLDING_LOCK(ssize_t, {
        off_t start = from ? *from : lseek(in, 0, SEEK_CUR), end = to ? *to : lseek(out, 0, SEEK_CUR);
        if (!fails_fd(ON_READ, in) && !fails_fd(ON_WRITE, out))
            result = syscall(SYS_copy_file_range, in, from, out, to, length, flags);
        note_copied(out, end, in, start, result);
    })
}

ssize_t read(int fd, void *data, size_t length) {
    return fails_fd(ON_READ, fd) ? -1 : syscall(SYS_read, fd, data, length);
}
ssize_t pread(int fd, void *data, size_t length, off_t offset) {
    return fails_fd(ON_READ, fd) ? -1 : syscall(SYS_pread64, fd, data, length, offset);
}
ssize_t pread64(int fd, void *data, size_t length, off64_t offset) { return pread(fd, data, length, offset); }

static int cut(int fd, off_t size) {
    if (!is_ours(fd))
        return syscall(SYS_ftruncate, fd, size);
    HOLDING_LOCK(int, {
        if (!fails_fd(ON_WRITE, fd) && !(result = syscall(SYS_ftruncate, fd, size)))
            note_fd(TRUNCATE, fd, size, "", 0);
    })
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

static int synced(int number, int fd) {
    if (!is_ours(fd))
        return syscall(number, fd);
    HOLDING_LOCK(int, {
        if (!fails_fd(ON_SYNC, fd))
            result = log_fd < 0 ? syscall(number, fd) : 0; /* who records a disk does not need one */
        note_fd(result ? SYNC_FAILED : SYNC, fd, 0, "", 0);
    })
}

int fsync(int fd) { return synced(SYS_fsync, fd); }
int fdatasync(int fd) { return synced(SYS_fdatasync, fd); }
void sync(void) {
    pthread_mutex_lock(&lock);
    note(SYNC_ALL, "", "", 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
}
