#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKFLOWS_MAX 1000 /* of one folder */

static bool ends_with(const char *text, const char *end)
{
    const size_t text_len = strlen(text);
    const size_t end_len = strlen(end);

    return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

/* A folder of definitions also holds departments.yaml and documents.yaml; a workflow says so in its
 * first key. */
static bool is_workflow(const char *path)
{
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "r");

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found = strncmp(line, "workflow:", strlen("workflow:")) == 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int no_file(const struct pl_cli *cli, const char *path)
{
    return pl_cli_fail(cli, errno == EACCES ? PL_CLI_EXIT_DENIED : PL_CLI_EXIT_NOT_FOUND, NULL,
                       "cannot read \"%s\": %s", path, strerror(errno));
}

static void add_workflow(const char *folder, const char *name, char **paths, int *count)
{
    const char *slash = ends_with(folder, "/") ? "" : "/";
    char *path = NULL;

    if (!ends_with(name, ".yaml") || asprintf(&path, "%s%s%s", folder, slash, name) < 0) {
        return;
    }
    if (*count < WORKFLOWS_MAX && is_workflow(path)) {
        paths[(*count)++] = path;
        return;
    }
    free(path);
}

static int read_folder(const struct pl_cli *cli, const char *path, char **paths, int *count)
{
    DIR *folder = opendir(path);

    if (folder == NULL) {
        return no_file(cli, path);
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        add_workflow(path, entry->d_name, paths, count);
    }
    (void)closedir(folder);
    if (*count == 0) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NOT_FOUND,
                           "A workflow is a .yaml file with the key \"workflow\".",
                           "no workflow in \"%s\"", path);
    }
    qsort(paths, (size_t)*count, sizeof *paths, by_name);
    return 0;
}

int pl_cli_workflows(const struct pl_cli *cli, const char *path, char ***paths_out, int *count_out)
{
    struct stat info;
    int count = 0;
    int rc = 0;

    if (stat(path, &info) != 0) {
        return no_file(cli, path);
    }
    char **paths = calloc(WORKFLOWS_MAX, sizeof *paths);
    if (paths == NULL) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory");
    }
    if (S_ISDIR(info.st_mode)) {
        rc = read_folder(cli, path, paths, &count);
    } else {
        paths[count++] = strdup(path);
    }
    if (rc != 0) {
        free(paths);
        return rc;
    }
    *paths_out = paths;
    *count_out = count;
    return 0;
}

/* The folder of this program, with the slash; "" when the system does not say. */
static void own_folder(char out[PL_CLI_PATH_SIZE])
{
    const ssize_t len = readlink("/proc/self/exe", out, PL_CLI_PATH_SIZE - 1);

    out[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(out, '/');
    out[slash != NULL ? slash - out + 1 : 0] = '\0';
}

bool pl_cli_shipped(const char *name, char path_out[PL_CLI_PATH_SIZE])
{
    /* Here; beside build/placet; beside build/asan/placet; beside bin/placet. */
    static const char *const places[] = {"workflows", "../workflows", "../../workflows",
                                         "../share/placet/workflows"};
    char folder[PL_CLI_PATH_SIZE];

    own_folder(folder);
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[PL_CLI_PATH_SIZE];
        const int len =
            snprintf(path, sizeof path, "%s%s/%s", i > 0 ? folder : "", places[i], name);
        if (len > 0 && len < PL_CLI_PATH_SIZE && access(path, R_OK) == 0) {
            memcpy(path_out, path, (size_t)len + 1);
            return true;
        }
    }
    return false;
}

int pl_cli_calendar(const struct pl_cli *cli, const char *name, char path_out[PL_CLI_PATH_SIZE])
{
    char shipped[128];

    if (strchr(name, '/') != NULL || ends_with(name, ".yaml")) {
        (void)snprintf(path_out, PL_CLI_PATH_SIZE, "%s", name);
        return access(path_out, R_OK) == 0 ? 0 : no_file(cli, path_out);
    }
    (void)snprintf(shipped, sizeof shipped, "calendars/%.80s.yaml", name);
    if (!pl_cli_shipped(shipped, path_out)) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NOT_FOUND,
                           "Name the file: --calendar workflows/calendars/cn.yaml",
                           "no calendar \"%.60s\"", name);
    }
    return 0;
}

bool pl_cli_program(const char *name, char path_out[PL_CLI_PATH_SIZE])
{
    static const char *const places[] = {"", "../sbin/", "../libexec/placet/"};
    char folder[PL_CLI_PATH_SIZE];

    own_folder(folder);
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[PL_CLI_PATH_SIZE];
        const int len = snprintf(path, sizeof path, "%s%s%s", folder, places[i], name);
        if (len > 0 && len < PL_CLI_PATH_SIZE && access(path, X_OK) == 0) {
            memcpy(path_out, path, (size_t)len + 1);
            return true;
        }
    }
    return false;
}

/* Everything of a stream, NUL-terminated; NULL without memory. */
static char *read_all(FILE *file, size_t *size_out)
{
    char *text = malloc(PL_CLI_FILE_SIZE_MAX + 1);

    if (text != NULL) {
        *size_out = fread(text, 1, PL_CLI_FILE_SIZE_MAX, file);
        text[*size_out] = '\0';
    }
    return text;
}

int pl_cli_read_file(const struct pl_cli *cli, const char *path, char **text_out, size_t *size_out)
{
    const bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "r");
    size_t size = 0;
    int rc = 0;

    if (file == NULL) {
        return no_file(cli, path);
    }
    char *text = read_all(file, &size);
    if (text == NULL) {
        rc = pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory");
    } else if (ferror(file) != 0) {
        rc = no_file(cli, path);
    } else if (size == PL_CLI_FILE_SIZE_MAX) {
        rc = pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "\"%s\" is larger than %u MiB", path,
                         PL_CLI_FILE_SIZE_MAX >> 20);
    }
    if (!is_input) {
        (void)fclose(file);
    }
    if (rc != 0) {
        free(text);
        return rc;
    }
    *text_out = text;
    *size_out = size;
    return 0;
}
