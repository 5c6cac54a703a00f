/* A JSON value as one YAML document, for -o yaml. */
#ifndef PL_CLI_YAML_OUT_H
#define PL_CLI_YAML_OUT_H

#include <jansson.h>
#include <stdio.h>

/* Returns 0, or -1 when there is no memory or the stream takes no more. */
int pl_cli_yaml(json_t *value, FILE *stream);

#endif
