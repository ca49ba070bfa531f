/* A wrong time of day for one process: preloaded into it, this adds CLOCK_OFFSET_SECONDS to what it is told.
   It must not touch the monotonic clock: a machine whose time of day is wrong measures durations as well as any other. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        const char *offset = getenv("CLOCK_OFFSET_SECONDS");
        now->tv_sec += offset ? atol(offset) : 0;
    }
    return failed;
}
