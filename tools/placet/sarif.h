/* The results of a check as SARIF 2.1.0 (OASIS, static analysis results interchange format), which
 * code hosts and editors show beside the lines that they speak of. */
#ifndef PL_CLI_SARIF_H
#define PL_CLI_SARIF_H

#include <jansson.h>

/* One run with the diagnostics of all files (`files` of schemas/cli/check.schema.json). Every code
 * that occurs is a rule with its explanation. NULL when there is no memory. */
json_t *pl_cli_sarif(const json_t *files);

#endif
