@echo off
python -m mixed %*
