/*
 * Preloaded into a node (LD_PRELOAD): makes fsync slow or fail, and writes down how to undo whatever was not
 * synced, so that a power failure can be played after the process was killed (power-loss.ts reads the log).
 *
 *   TORTURE_DISK_ROOT     files below it are watched (an absolute path)
 *   TORTURE_DISK_CONTROL  a file of 64 bytes, shared with the test runner; struct control
 *   TORTURE_DISK_UNDO     the undo log; files that were unlinked or replaced are kept in <undo>.saved/
 *
 * Without these, and for files outside the root, TORTURE_DISK_SYNC_MS makes each sync so much slower, at most a second.
 *
 * A record: type (4), length of the body (4), sequence number (8), body. Little-endian.
 * Linux with glibc or musl. One lock for all: a watched write is as fast as the page cache allows.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
  volatile uint32_t sync_delay_ms;
  volatile uint32_t fail_syncs;
  volatile uint32_t delayed;
  volatile uint32_t failed;
  volatile uint32_t syncs;
  volatile uint32_t writes;
};

enum { WRITE = 1, TRUNCATE, SYNC, CREATE, RENAME, UNLINK, DIRECTORY_SYNC, SYNC_FAILED };
enum { FDS_MAX = 65536, INODES_MAX = 4096, ENTRIES_MAX = 4096, BODY_MAX = 64 << 20, LOG_KEEP = 1 << 20 };

struct inode { uint64_t number, last, synced; };
struct entry { uint64_t seq; char *directory; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static char root[4096], undo_path[4096];
static size_t root_length;
static int undo = -1, ready, keep_log;
static uint64_t sequence;
static unsigned char watched[FDS_MAX];
static struct inode inodes[INODES_MAX];
static struct entry entries[ENTRIES_MAX];
static int inode_count, entry_count;

#define REAL(type, name, args) \
  static type(*real) args;     \
  if (!real) real = (type(*) args)dlsym(RTLD_NEXT, name)

static int real_fsync(int fd) { REAL(int, "fsync", (int)); return real(fd); }
static int real_fdatasync(int fd) { REAL(int, "fdatasync", (int)); return real(fd); }
static ssize_t real_write(int fd, const void *data, size_t size) {
  REAL(ssize_t, "write", (int, const void *, size_t));
  return real(fd, data, size);
}

/* What can't be written down can't be undone: better no run than a wrong one. */
static void give_up(const char *why) {
  fprintf(stderr, "disk-shim: %s\n", why);
  _exit(99);
}

static struct inode *inode_of(uint64_t number) {
  for (int at = 0; at < inode_count; at++)
    if (inodes[at].number == number) return &inodes[at];
  if (inode_count == INODES_MAX) give_up("too many files");
  inodes[inode_count] = (struct inode){number, 0, 0};
  return &inodes[inode_count++];
}

static void add_entry(uint64_t seq, const char *path) {
  if (entry_count == ENTRIES_MAX) give_up("too many changes of directories without a sync");
  char *directory = strdup(path), *slash = strrchr(directory, '/');
  if (slash) *slash = 0;
  entries[entry_count++] = (struct entry){seq, directory};
}

static void drop_entries(const char *directory, uint64_t upto) {
  int kept = 0;
  for (int at = 0; at < entry_count; at++)
    if (entries[at].seq <= upto && strcmp(entries[at].directory, directory) == 0) free(entries[at].directory);
    else entries[kept++] = entries[at];
  entry_count = kept;
}

static void put(uint32_t type, uint64_t seq, const void *a, size_t as, const void *b, size_t bs) {
  uint32_t head[2] = {type, (uint32_t)(as + bs)};
  struct iovec parts[4] = {{head, 8}, {&seq, 8}, {(void *)a, as}, {(void *)b, bs}};
  REAL(ssize_t, "writev", (int, const struct iovec *, int));
  if (real(undo, parts, 4) != (ssize_t)(16 + as + bs)) give_up("the undo log can't be written");
}

/* What an earlier process of this node left unsynced is still unsynced. */
static void read_log(void) {
  struct stat info;
  if (fstat(undo, &info) || info.st_size == 0) return;
  char *log = mmap(0, info.st_size, PROT_READ, MAP_PRIVATE, undo, 0);
  if (log == MAP_FAILED) give_up("the undo log can't be read");
  for (off_t at = 0; at + 16 <= info.st_size;) {
    uint32_t type, size;
    uint64_t seq, value[2] = {0, 0};
    memcpy(&type, log + at, 4), memcpy(&size, log + at + 4, 4), memcpy(&seq, log + at + 8, 8);
    const char *body = log + at + 16;
    at += 16 + (off_t)size;
    if (at > info.st_size) break;
    if (size >= 8) memcpy(value, body, size >= 16 ? 16 : 8);
    if (type == WRITE || type == TRUNCATE) inode_of(value[0])->last = seq;
    else if (type == SYNC) inode_of(value[0])->synced = value[1];
    else if (type == SYNC_FAILED) keep_log = 1;
    else if (type == DIRECTORY_SYNC) drop_entries(body + 8, value[0]);
    else add_entry(seq, body);
  }
  munmap(log, info.st_size);
}

static void prepare(void) {
  const char *path = getenv("TORTURE_DISK_ROOT"), *shared = getenv("TORTURE_DISK_CONTROL");
  const char *log = getenv("TORTURE_DISK_UNDO");
  ready = 1;
  if (!path || !shared || !log) return;
  REAL(int, "open", (const char *, int, ...));
  int fd = real(shared, O_RDWR | O_CLOEXEC);
  void *memory = fd < 0 ? MAP_FAILED : mmap(0, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) give_up("no control file");
  close(fd);
  undo = real(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (undo < 0) give_up("no undo log");
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  sequence = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  snprintf(undo_path, sizeof undo_path, "%s", log);
  char saved[4200];
  snprintf(saved, sizeof saved, "%s.saved", log);
  mkdir(saved, 0700);
  read_log();
  root_length = strlen(path);
  memcpy(root, path, root_length + 1);
  control = memory;
}

/* A node must not outlive the rig, even if that is killed outright. */
__attribute__((constructor)) static void die_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

static void enter(void) {
  pthread_mutex_lock(&lock);
  if (!ready) prepare();
}
static void leave(void) { pthread_mutex_unlock(&lock); }

static int is_below(const char *path) {
  return control && path && strncmp(path, root, root_length) == 0 &&
         (path[root_length] == '/' || path[root_length] == 0);
}
static int is_watched(int fd) { return control && fd >= 0 && fd < FDS_MAX && watched[fd]; }

/* Nothing is unsynced: the log has nothing to say any more. */
static void maybe_empty(void) {
  struct stat info;
  if (keep_log || entry_count || fstat(undo, &info) || info.st_size < LOG_KEEP) return;
  for (int at = 0; at < inode_count; at++)
    if (inodes[at].last > inodes[at].synced) return;
  REAL(int, "ftruncate", (int, off_t));
  if (real(undo, 0)) give_up("the undo log can't be emptied");
  inode_count = 0;
}

/* Keeps a file that is about to lose its name. The answer is the name of the copy, "" when there is no file. */
static uint64_t keep(const char *path, char *name, size_t size) {
  uint64_t seq = ++sequence;
  snprintf(name, size, "%s.saved/%llu", undo_path, (unsigned long long)seq);
  if (link(path, name)) name[0] = 0;
  return seq;
}

/* Writes down what stands at offset..offset+size; to be called with the lock held. */
static void before_change(uint32_t type, int fd, uint64_t offset, uint64_t size) {
  struct stat info;
  if (fstat(fd, &info) || !S_ISREG(info.st_mode)) return;
  uint64_t old_size = (uint64_t)info.st_size;
  uint64_t have = offset >= old_size ? 0 : old_size - offset;
  if (type == WRITE && have > size) have = size;
  if (have > BODY_MAX) give_up("too much is overwritten at once");
  char *old = malloc(have ? have : 1);
  ssize_t got = have ? pread(fd, old, have, (off_t)offset) : 0;
  if (got < 0) {
    /* Opened for writing only: read it through another handle. */
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    REAL(int, "open", (const char *, int, ...));
    int other = real(name, O_RDONLY | O_CLOEXEC);
    got = other < 0 ? -1 : pread(other, old, have, (off_t)offset);
    if (other >= 0) close(other);
  }
  if (got < 0) give_up("what is overwritten can't be read");
  while (got > 0 && old[got - 1] == 0) got--;
  uint64_t seq = ++sequence;
  uint64_t head[4] = {info.st_ino, offset, size, old_size};
  put(type, seq, head, sizeof head, old, (size_t)got);
  inode_of(info.st_ino)->last = seq;
  free(old);
  control->writes++;
}

static void opened(int fd, const char *path, int flags, int existed) {
  if (fd < 0 || fd >= FDS_MAX) return;
  watched[fd] = 1;
  if (!(flags & O_CREAT) || existed) return;
  uint64_t seq = ++sequence;
  put(CREATE, seq, path, strlen(path) + 1, "", 0);
  add_entry(seq, path);
}

static int open_with(const char *name, const char *path, int flags, mode_t mode) {
  int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
  enter();
  int below = is_below(path), existed = below && access(path, F_OK) == 0;
  if (below && existed && (flags & O_TRUNC)) {
    int fd = real(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) before_change(TRUNCATE, fd, 0, 0), close(fd);
  }
  int fd = real(path, flags, mode);
  int error = errno;
  if (below) opened(fd, path, flags, existed);
  else if (fd >= 0 && fd < FDS_MAX) watched[fd] = 0;
  leave();
  errno = error;
  return fd;
}

#define MODE(flags)                      \
  mode_t mode = 0;                       \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list rest;                        \
    va_start(rest, flags);               \
    mode = (mode_t)va_arg(rest, int);    \
    va_end(rest);                        \
  }

int open(const char *path, int flags, ...) { MODE(flags) return open_with("open", path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_with("open64", path, flags, mode); }

int close(int fd) {
  REAL(int, "close", (int));
  if (fd >= 0 && fd < FDS_MAX) watched[fd] = 0;
  return real(fd);
}

static size_t total(const struct iovec *parts, int count) {
  size_t size = 0;
  for (int at = 0; at < count; at++) size += parts[at].iov_len;
  return size;
}

static uint64_t position_of(int fd) {
  if (fcntl(fd, F_GETFL) & O_APPEND) {
    struct stat info;
    return fstat(fd, &info) ? 0 : (uint64_t)info.st_size;
  }
  off_t at = lseek(fd, 0, SEEK_CUR);
  return at < 0 ? 0 : (uint64_t)at;
}

#define CHANGE(fd, type, offset, size, call)  \
  do {                                        \
    if (!is_watched(fd)) return call;         \
    enter();                                  \
    before_change(type, fd, offset, size);    \
    __typeof__(call) result = call;           \
    int error = errno;                        \
    leave();                                  \
    errno = error;                            \
    return result;                            \
  } while (0)

ssize_t write(int fd, const void *data, size_t size) {
  CHANGE(fd, WRITE, position_of(fd), size, real_write(fd, data, size));
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, "writev", (int, const struct iovec *, int));
  CHANGE(fd, WRITE, position_of(fd), total(parts, count), real(fd, parts, count));
}
#define PWRITE(name)                                                                  \
  ssize_t name(int fd, const void *data, size_t size, off_t offset) {                 \
    REAL(ssize_t, #name, (int, const void *, size_t, off_t));                         \
    CHANGE(fd, WRITE, (uint64_t)offset, size, real(fd, data, size, offset));          \
  }
#define PWRITEV(name)                                                                 \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t offset) {          \
    REAL(ssize_t, #name, (int, const struct iovec *, int, off_t));                    \
    CHANGE(fd, WRITE, (uint64_t)offset, total(parts, count), real(fd, parts, count, offset)); \
  }
#define FTRUNCATE(name)                                                               \
  int name(int fd, off_t size) {                                                      \
    REAL(int, #name, (int, off_t));                                                   \
    CHANGE(fd, TRUNCATE, (uint64_t)size, 0, real(fd, size));                          \
  }
PWRITE(pwrite)
PWRITE(pwrite64)
PWRITEV(pwritev)
PWRITEV(pwritev64)
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

static int sync_slowly(int fd, int (*real)(int)) {
  static int delay = -1;
  if (delay < 0) {
    const char *asked = getenv("TORTURE_DISK_SYNC_MS");
    int ms = asked ? atoi(asked) : 0;
    delay = ms < 0 ? 0 : ms > 1000 ? 1000 : ms;
  }
  if (delay) usleep(delay * 1000);
  return real(fd);
}

static int sync_with(int fd, int (*real)(int)) {
  struct stat info;
  if (!is_watched(fd) || fstat(fd, &info)) return sync_slowly(fd, real);
  enter();
  uint64_t upto = sequence;
  uint32_t delay = control->sync_delay_ms;
  int fails = S_ISREG(info.st_mode) && control->fail_syncs > 0;
  if (fails) control->fail_syncs--, control->failed++;
  if (delay) control->delayed++;
  control->syncs++;
  leave();
  if (delay) usleep(delay * 1000);
  if (!fails && real(fd)) return -1;
  enter();
  uint64_t body[2] = {info.st_ino, upto};
  if (fails) {
    /* The pages count as clean from here on: a second sync does not bring them back. */
    put(SYNC_FAILED, ++sequence, body, sizeof body, "", 0);
    keep_log = 1;
  } else if (S_ISDIR(info.st_mode)) {
    char name[64], path[4096] = "";
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) give_up("a directory without a name");
    path[length] = 0;
    put(DIRECTORY_SYNC, ++sequence, &upto, sizeof upto, path, strlen(path) + 1);
    drop_entries(path, upto);
  } else {
    put(SYNC, ++sequence, body, sizeof body, "", 0);
    inode_of(info.st_ino)->synced = upto;
  }
  maybe_empty();
  leave();
  if (fails) errno = EIO;
  return fails ? -1 : 0;
}

int fsync(int fd) { return sync_with(fd, real_fsync); }
int fdatasync(int fd) { return sync_with(fd, real_fdatasync); }

int rename(const char *from, const char *to) {
  REAL(int, "rename", (const char *, const char *));
  if (!is_below(to)) return real(from, to);
  enter();
  char saved[4300], names[12800];
  uint64_t seq = keep(to, saved, sizeof saved);
  int length = snprintf(names, sizeof names, "%s%c%s%c%s", from, 0, to, 0, saved) + 1;
  int result = real(from, to), error = errno;
  if (result == 0) put(RENAME, seq, names, (size_t)length, "", 0), add_entry(seq, to);
  leave();
  errno = error;
  return result;
}

int unlink(const char *path) {
  REAL(int, "unlink", (const char *));
  if (!is_below(path)) return real(path);
  enter();
  char saved[4300], names[8600];
  uint64_t seq = keep(path, saved, sizeof saved);
  int length = snprintf(names, sizeof names, "%s%c%s", path, 0, saved) + 1;
  int result = real(path), error = errno;
  if (result == 0) put(UNLINK, seq, names, (size_t)length, "", 0), add_entry(seq, path);
  leave();
  errno = error;
  return result;
}
