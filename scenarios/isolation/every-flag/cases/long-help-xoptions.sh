flags='--help-xoptions'
