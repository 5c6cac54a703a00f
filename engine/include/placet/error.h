/**
 * @file
 * How Placet reports failure.
 *
 * Every function that can fail returns 0 or a negative #placet_status. Functions that can say
 * more also take a struct placet_error as their last argument: it may be NULL, and it is written
 * only on failure.
 */
#ifndef PLACET_ERROR_H
#define PLACET_ERROR_H

#include <stdint.h>

#define PLACET_API        __attribute__((visibility("default")))
#define PLACET_MUST_CHECK __attribute__((warn_unused_result))

/** X(NAME, value, text): one row per status. Values are part of the ABI. */
#define PLACET_STATUSES(X)                                                                         \
    X(ENOMEM, -1, "out of memory")                                                                 \
    X(ELIMIT, -2, "a configured limit was reached")                                                \
    X(ENOTFOUND, -3, "no such object")                                                             \
    X(EINVALID, -4, "invalid definition or message")                                               \
    X(EIO, -5, "storage or network failure")                                                       \
    X(ECORRUPT, -6, "stored data fails its checks")                                                \
    X(ECONFLICT, -7, "in conflict with the present state")                                         \
    X(EDENIED, -8, "not allowed")                                                                  \
    X(ETIMEOUT, -9, "no answer in time")                                                           \
    X(EUNREACHABLE, -10, "the engine cannot be reached")                                           \
    X(EFULL, -11, "the store is full")                                                             \
    X(EUNKNOWN, -12, "the outcome of a write is unknown")

enum placet_status {
    PLACET_OK = 0,
#define X(NAME, VALUE, TEXT) PLACET_##NAME = (VALUE),
    PLACET_STATUSES(X)
#undef X
};

struct placet_error {
    enum placet_status status;
    char file[256];    /**< source of the mistake, or "" */
    uint32_t line;     /**< from 1; 0 when there is no position */
    uint32_t column;   /**< from 1 */
    char message[256]; /**< one clause: lower case, no full stop */
    char hint[256];    /**< a full sentence that says what to do, or "" */
};

/** The fixed text of a status. Never NULL. */
PLACET_API const char *placet_strstatus(int status);

#endif
