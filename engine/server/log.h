/* The log of the engine: one line an entry on standard error, for people or as JSON lines. Errors
 * are logged here, once, where they stop travelling; no lower room logs. */
#ifndef PL_SERVER_LOG_H
#define PL_SERVER_LOG_H

#include <stdbool.h>

enum pl_log_level { PL_LOG_INFO, PL_LOG_WARNING, PL_LOG_ERROR };

void pl_log_as_json(bool json);
__attribute__((format(printf, 2, 3))) void pl_log(enum pl_log_level level, const char *format, ...);

#endif
