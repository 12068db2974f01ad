/* System calls that fail: a seccomp filter makes each call of calls.def a SIGSYS, and its handler does the call itself,
 * or fails it. So it meets what libc and the libraries do inside, and whatever way a stream is written. x86-64 only. */
#include "sim/tests/oom/fault.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum side { SIDE_READ, SIDE_WRITE, SIDE_OPEN, SIDE_CLOSE, SIDE_SERVE };

#define F(fault) (1U << CALL_##fault)

static const struct {
    const char *name;
    long number;
    enum side side;
    unsigned faults;
} calls[] = {
#define CALL(name, side, faults) {#name, SYS_##name, SIDE_##side, faults},
#include "sim/tests/oom/calls.def"
};

enum { CALL_COUNT = sizeof calls / sizeof calls[0] };

static const struct {
    const char *name;
    int error;
    bool harmless;
} faults[] = {
#define FAULT(ID, name, error, harmless) {name, error, harmless},
#include "sim/tests/oom/calls.def"
};

static struct {
    bool armed;
    uint32_t count;
    unsigned staying; /* for ever: the call that fails */
    struct fault_plan plan;
    struct fault_shared *shared;
} state;

const char *call_name(unsigned call)
{
    return calls[call].name;
}

unsigned call_faults(unsigned call)
{
    return calls[call].faults;
}

const char *call_fault_name(enum call_fault fault)
{
    return faults[fault].name;
}

bool call_fault_is_harmless(enum call_fault fault)
{
    return faults[fault].harmless;
}

bool call_fault_may_stay(enum call_fault fault)
{
    return fault != CALL_EINTR;
}

/* The only place from which the filter lets calls pass. */
long oom_call(long number, long a, long b, long c, long d, long e, long f);
extern char oom_call_end[];
__asm__(".text\n"
        ".globl oom_call, oom_call_end\n"
        "oom_call:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    mov %rdx, %rsi\n"
        "    mov %rcx, %rdx\n"
        "    mov %r8, %r10\n"
        "    mov %r9, %r8\n"
        "    mov 8(%rsp), %r9\n"
        "    syscall\n"
        "oom_call_end:\n"
        "    ret\n");

enum { ARGUMENTS = 6 };

static long do_call(long number, const long *arguments)
{
    return oom_call(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

static void tell_place(const char *name)
{
    enum { FRAMES_MAX = 64 };
    void *frames[FRAMES_MAX];

    state.armed = false;
    int count = backtrace(frames, FRAMES_MAX);

    (void)dprintf(STDERR_FILENO, "-- %s fails here:\n", name);
    backtrace_symbols_fd(frames, count, STDERR_FILENO);
    state.armed = true;
}

/* Whether this call has to fail: counts it. */
static bool is_due(unsigned call)
{
    uint32_t number = ++state.count;
    uint32_t seen = atomic_load(&state.shared->seen);

    while (seen < number && !atomic_compare_exchange_weak(&state.shared->seen, &seen, number)) {
    }
    if (state.plan.number == 0) {
        if (number < CALLS_MAX) {
            state.shared->calls[number] = (uint8_t)call;
        }
        return false;
    }
    if (number == state.plan.number) {
        state.staying = call;
        return true;
    }
    return state.plan.for_ever && number > state.plan.number && call == state.staying;
}

static bool opens_to_write(unsigned call, const long *arguments)
{
    return (arguments[calls[call].number == SYS_open ? 1 : 2] & O_ACCMODE) != O_RDONLY;
}

static bool is_kind(const long *arguments, mode_t kind)
{
    struct stat status;
    long stat_arguments[ARGUMENTS] = {arguments[0], (long)&status};

    return do_call(SYS_fstat, stat_arguments) == 0 && (status.st_mode & S_IFMT) == kind;
}

/* A file has no reader that could go away; standard output is a file here, and would be a pipe. */
static bool has_no_reader(const long *arguments)
{
    return arguments[0] > STDERR_FILENO && is_kind(arguments, S_IFREG);
}

/* Half as much, of what may come in parts. */
static bool shorten(long *arguments)
{
    if (arguments[2] < 2 ||
        !(is_kind(arguments, S_IFREG) || is_kind(arguments, S_IFIFO) || is_kind(arguments, S_IFSOCK))) {
        return false;
    }
    arguments[2] /= 2;
    return true;
}

static bool without_signal(unsigned call, const long *arguments)
{
    return (calls[call].number == SYS_sendto && (arguments[3] & MSG_NOSIGNAL)) ||
           (calls[call].number == SYS_sendmsg && (arguments[2] & MSG_NOSIGNAL));
}

static long fail(unsigned call, long *arguments)
{
    enum call_fault fault = state.plan.fault;
    enum side side = calls[call].side;
    bool writes = calls[call].number == SYS_write || calls[call].number == SYS_writev;

    /* Nothing can be missing for taking one away. */
    if (calls[call].number == SYS_epoll_ctl && arguments[1] == EPOLL_CTL_DEL) {
        return do_call(calls[call].number, arguments);
    }
    if (!(calls[call].faults & (1U << fault)) || (fault == CALL_SHORT && !shorten(arguments)) ||
        (fault == CALL_EPIPE && has_no_reader(arguments))) {
        return do_call(calls[call].number, arguments);
    }
    atomic_fetch_add(&state.shared->fired, 1);
    if (state.plan.tell && state.count == state.plan.number) {
        tell_place(calls[call].name);
    }
    if (writes && arguments[0] == STDERR_FILENO) {
        atomic_store(&state.shared->on_errors, true);
    }
    if (writes && arguments[0] == STDOUT_FILENO) {
        atomic_store(&state.shared->on_output, true);
    }
    if (side == SIDE_READ || side == SIDE_SERVE || (calls[call].number == SYS_fchmod && is_kind(arguments, S_IFSOCK)) ||
        (side == SIDE_OPEN && !opens_to_write(call, arguments))) {
        atomic_store(&state.shared->on_input, true);
    }
    if (fault == CALL_SHORT || side == SIDE_CLOSE) { /* what cannot be closed is closed all the same */
        long result = do_call(calls[call].number, arguments);

        return fault == CALL_SHORT || result < 0 ? result : -faults[fault].error;
    }
    if (fault == CALL_EPIPE && !without_signal(call, arguments)) { /* as the kernel does */
        long signal_arguments[ARGUMENTS] = {getpid(), SIGPIPE};

        do_call(SYS_kill, signal_arguments);
    }
    return -faults[fault].error;
}

static void on_call(int number, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    long arguments[ARGUMENTS] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                                 registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
    int error = errno;
    unsigned call = 0;

    (void)number;
    (void)info;
    while (call < CALL_COUNT - 1 && calls[call].number != registers[REG_RAX]) {
        call++;
    }
    registers[REG_RAX] = state.armed && is_due(call) ? fail(call, arguments) : do_call(registers[REG_RAX], arguments);
    errno = error;
}

static bool install_filter(void)
{
    enum { FIXED = 5 };
    struct sock_filter filter[FIXED + CALL_COUNT + 2];
    uintptr_t passes = (uintptr_t)oom_call_end;
    unsigned length = 0;

#define STATEMENT(code, k) filter[length++] = (struct sock_filter)BPF_STMT(code, (uint32_t)(k))
#define JUMP(k, yes, no)                                                                                               \
    filter[length++] =                                                                                                 \
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(k), (uint8_t)(yes), (uint8_t)(no))
    STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer));
    JUMP(passes, 0, 2);
    STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + sizeof(uint32_t));
    JUMP(passes >> 32, CALL_COUNT + 1, 0);
    STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < CALL_COUNT; i++) {
        JUMP(calls[i].number, CALL_COUNT - i, 0);
    }
    STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    struct sock_fprog program = {(unsigned short)length, filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool calls_arm(const struct fault_plan *plan, struct fault_shared *shared)
{
    const struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    state.plan = *plan;
    state.shared = shared;
    state.count = 0;
    if (sigaction(SIGSYS, &action, NULL) != 0 || !install_filter()) {
        return false;
    }
    state.armed = true;
    return true;
}

void calls_disarm(void)
{
    state.armed = false;
}
