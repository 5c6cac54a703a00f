#include <placet/client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mistake.h"

#define RUN_DIR              "/run/placet"
#define PATH_MAX_OF_A_SOCKET 107 /* sockaddr_un */

int placet_endpoint(const char *at, const char *which, char *out, size_t size,
                    struct placet_error *err)
{
    if (at == NULL) {
        at = getenv("PLACET_AT");
    }
    if (at == NULL || at[0] == '\0') {
        at = RUN_DIR;
    }
    if (strstr(at, "://") != NULL) {
        const int length = snprintf(out, size, "%s", at);
        return length > 0 && (size_t)length < size
                   ? PLACET_OK
                   : pl_client_fail(err, PLACET_EINVALID, "the endpoint \"%s\" is too long", at);
    }

    const int length = snprintf(out, size, "ipc://%s/%s.sock", at, which);
    const int path_length = length - (int)strlen("ipc://");
    if (length < 0 || (size_t)length >= size || path_length > PATH_MAX_OF_A_SOCKET) {
        return pl_client_fail(err, PLACET_EINVALID,
                              "the path of the socket in \"%s\" has more than %d bytes", at,
                              PATH_MAX_OF_A_SOCKET);
    }
    return PLACET_OK;
}
