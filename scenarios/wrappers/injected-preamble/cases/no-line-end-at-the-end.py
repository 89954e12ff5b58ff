#!python
__import__('sys').argv[0]='/pkgs/greet-1.0/bin/greet';list(map(__import__('site').addsitedir,['/pkgs/greet-1.0/lib']));'unwrap:af5b3d736618de90da3d0f5e499cf44616cd26c9fa3861507356fdb242b76b23';
import lantern; print(lantern.LIGHT)