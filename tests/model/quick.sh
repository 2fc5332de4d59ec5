#!/bin/bash
# The part of `make model` that is quick: the steps' names, and the small models.
exec env ONLY='run: safe' tests/model/check queue pass start
