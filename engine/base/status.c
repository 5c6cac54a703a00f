#include <placet/error.h>

const char *placet_strstatus(int status)
{
    switch (status) {
    case PLACET_OK:
        return "ok";
#define X(NAME, VALUE, TEXT)                                                                       \
    case PLACET_##NAME:                                                                            \
        return TEXT;
        PLACET_STATUSES(X)
#undef X
    default:
        return "unrecognized status";
    }
}
