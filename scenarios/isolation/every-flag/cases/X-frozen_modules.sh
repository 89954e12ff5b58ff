flags='-X frozen_modules=off'
