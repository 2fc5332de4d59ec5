#!/bin/bash
# The part of `make model` that is quick: the steps' names, and the small models with one death at most.
exec env ONLY='run: safe\( [A-Z]*=1\)\?$' tests/model/check queue pass start
