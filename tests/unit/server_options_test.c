/* The command line of placetd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/options.h"

#define PARSE(OPTIONS, ERR, ...)                                                                   \
    parse((char *[]){(char[]){"placetd"}, __VA_ARGS__, NULL}, (OPTIONS), (ERR))

static int parse(char **argv, struct pl_options *options, struct placet_error *err)
{
    int argc = 0;
    while (argv[argc] != NULL) {
        argc++;
    }
    return pl_options_parse(argc, argv, options, err);
}

#define ARG(TEXT) ((char[]){TEXT})

static void options_are_read_and_scaled(void **state)
{
    (void)state;
    struct pl_options o;
    struct placet_error err;

    assert_int_equal(PARSE(&o, &err, ARG("--data"), ARG("d"), ARG("--accept"), ARG("0.25"),
                           ARG("--lease"), ARG("90"), ARG("--clock-rate"), ARG("1000"),
                           ARG("--clock-start"), ARG("2016-04-20"), ARG("--map-size"), ARG("64"),
                           ARG("--port"), ARG("7611"), ARG("--log-json"), ARG("--create")),
                     PLACET_OK);
    assert_string_equal(o.config.data_dir, "d");
    assert_int_equal(o.config.accept_ms, 250);
    assert_int_equal(o.config.lease_ms, 90000);
    assert_int_equal(o.config.clock_rate, 1000);
    assert_true(o.config.clock_start_ms == INT64_C(1461110400000));
    assert_int_equal(o.config.map_bytes, 64 << 20);
    assert_int_equal(o.config.tcp_port, 7611);
    assert_true(o.log_json && o.create && !o.help && !o.version);
}

static void defaults_are_those_of_production(void **state)
{
    (void)state;
    struct pl_options o;

    assert_int_equal(PARSE(&o, NULL, ARG("--data"), ARG("d")), PLACET_OK);
    assert_int_equal(o.config.clock_rate, 1);
    assert_int_equal(o.config.clock_start_ms, 0);
    assert_int_equal(o.config.accept_ms, 10000);
    assert_null(o.config.tcp_host);
    assert_false(o.create);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    struct pl_options o = {.help = true};
    struct placet_error err;

    assert_int_equal(PARSE(&o, &err, ARG("--date"), ARG("d")), PLACET_EINVALID);
    assert_non_null(strstr(err.message, "--date"));
    assert_non_null(strstr(err.hint, "--data"));
    assert_int_equal(PARSE(&o, &err, ARG("--data")), PLACET_EINVALID);
    assert_int_equal(PARSE(&o, &err, ARG("--create")), PLACET_EINVALID);
    assert_non_null(strstr(err.message, "--data is required"));
    assert_int_equal(PARSE(&o, &err, ARG("--data"), ARG("d"), ARG("--clock-rate"), ARG("0")),
                     PLACET_EINVALID);
    assert_int_equal(PARSE(&o, &err, ARG("--data"), ARG("d"), ARG("--lease"), ARG("1x")),
                     PLACET_EINVALID);
    assert_int_equal(PARSE(&o, &err, ARG("--data"), ARG("d"), ARG("--lease"), ARG("-1")),
                     PLACET_EINVALID);
    assert_int_equal(
        PARSE(&o, &err, ARG("--data"), ARG("d"), ARG("--port"), ARG("99999999999999999999")),
        PLACET_EINVALID);
    assert_int_equal(
        PARSE(&o, &err, ARG("--data"), ARG("d"), ARG("--clock-start"), ARG("2016-02-30")),
        PLACET_EINVALID);
    assert_true(o.help); /* written only on success */
}

static void help_needs_nothing_else_and_names_every_option(void **state)
{
    (void)state;
    struct pl_options o;
    char *text = NULL;
    size_t size = 0;

    assert_int_equal(PARSE(&o, NULL, ARG("--help")), PLACET_OK);
    assert_true(o.help);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    pl_options_help(out);
    fclose(out);
    assert_non_null(strstr(text, "--clock-start DATE"));
    assert_non_null(strstr(text, "exit codes"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_and_scaled),
        cmocka_unit_test(defaults_are_those_of_production),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(help_needs_nothing_else_and_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
