# nothing but
# comments, then
import lantern; print(lantern.LIGHT)