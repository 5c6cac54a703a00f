/* How the library says what went wrong. */
#ifndef MISTAKE_H
#define MISTAKE_H

#include <placet/client.h>

/* Fills `err` when there is one; returns `status`. */
__attribute__((format(printf, 3, 4))) int
pl_client_fail(struct placet_error *err, enum placet_status status, const char *format, ...);

/* The status that fits a refusal, and the engine's words. */
int pl_client_refusal(enum placet_code code, struct placet_value body, struct placet_error *err);

#endif
