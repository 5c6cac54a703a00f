/* Feeds every file of the folders it is given to a fuzzer, once: what the corpus proved stays so.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_SIZE_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_SIZE_MAX);

    if (file == NULL || bytes == NULL) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    const size_t size = fread(bytes, 1, INPUT_SIZE_MAX, file);
    (void)fclose(file);
    /* exactly as large as the input, so that the sanitizers see what reads beyond it */
    uint8_t *exact = realloc(bytes, size > 0 ? size : 1);
    if (exact == NULL) {
        exit(EXIT_FAILURE);
    }
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

static int replay_folder(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;

    if (dir == NULL) {
        (void)fprintf(stderr, "%s is no folder\n", path);
        exit(EXIT_FAILURE);
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char file[1024];
        if (entry->d_name[0] != '.') {
            (void)snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
            count += replay_file(file);
        }
    }
    (void)closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++) {
        count += replay_folder(argv[i]);
    }
    (void)printf("%d inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
