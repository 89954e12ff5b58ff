# What --help says of default paths is wrapped at another place in each prefix.
docutils --version
rst2html4 --version
rst2html5 --version
rst2latex --version
rst2man --version
echo '*emphasis*' | rst2html5 | grep emphasis
echo '*emphasis*' | rst2man | grep emphasis
