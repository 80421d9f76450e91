/* expression.h - one record for tests of expressions and conditions; its account is in US/Eastern. */
#ifndef TESTS_LIB_EXPRESSION_H
#define TESTS_LIB_EXPRESSION_H

#include "lang/lang.h"

/* A lang_lookup; its argument is an arena.  The field "unknown" cannot be had; other unknown ones are empty. */
lang_lookup expression_lookup;

#endif
