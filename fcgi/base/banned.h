/*
 * banned.h - forced into every file by the Makefile: calls that are too easy to get wrong do not compile.
 *
 * Macros, not a poison pragma: the headers of the MariaDB connector name some of these in macros of their own.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#undef strncpy
#define alloca(...)    banned_alloca_use_an_arena
#define atof(...)      banned_atof_use_a_strict_parse
#define atoi(...)      banned_atoi_use_a_strict_parse
#define atol(...)      banned_atol_use_a_strict_parse
#define gets(...)      banned_gets
#define gmtime(...)    banned_gmtime_use_gmtime_r
#define localtime(...) banned_localtime
#define sprintf(...)   banned_sprintf_use_struct_buf
#define strcat(...)    banned_strcat_use_struct_buf
#define strcpy(...)    banned_strcpy_use_struct_buf
#define strncat(...)   banned_strncat_use_struct_buf
#define strncpy(...)   banned_strncpy_use_struct_buf
#define strtok(...)    banned_strtok_use_struct_str
#define system(...)    banned_system
#define vsprintf(...)  banned_vsprintf_use_struct_buf

#endif
